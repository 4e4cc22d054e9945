using CniBridge.Linux;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>The encodings of answers, by their media type.</summary>
static class NodeFormats
{
    /// <summary>The longest kind of an object in a message.</summary>
    const int MaxKind = 64;

    /// <exception cref="InvalidDataException">The answer has another media type, or none.</exception>
    internal static INodeFormat Of(string? mediaType) => mediaType switch
    {
        ProtobufFormat.MediaType => new ProtobufFormat(),
        JsonFormat.MediaType => new JsonFormat(),
        null => throw new InvalidDataException("the answer has no content type"),
        _ => throw new InvalidDataException($"the answer has the content type {mediaType}, which is neither protobuf nor JSON"),
    };

    /// <summary>Creates the error for an object of another kind than expected.</summary>
    internal static InvalidDataException WrongKind(string kind, string expected) =>
        new($"the kind of the answer is \"{PrintableText.Cut(kind, MaxKind)}\", not {expected}");
}
