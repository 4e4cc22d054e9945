using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace CniBridge.Plugins.Protocol;

/// <summary>
/// Reads network configurations as Go's decoder does: keys without regard to case (containerd relies on it), unknown keys
/// ignored, null as absent, no comments, nothing after the object.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    PropertyNameCaseInsensitive = true,
    GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [typeof(WholeNumberConverter), typeof(TruthConverter), typeof(TextConverter)])]
[JsonSerializable(typeof(HeaderJson))]
[JsonSerializable(typeof(BridgeJson))]
[JsonSerializable(typeof(HostLocalJson))]
[JsonSerializable(typeof(DeleteJson))]
[JsonSerializable(typeof(GarbageJson))]
[JsonSerializable(typeof(PreviousJson))]
[JsonSerializable(typeof(ResultJson))]
sealed partial class CniJson : JsonSerializerContext
{
    /// <exception cref="CniException">Code 6, naming the key.</exception>
    internal static T Decode<T>(byte[] text, JsonTypeInfo<T> type, string what)
        where T : class
    {
        // The reader itself checks only those strings that somebody asks for.
        if (!Utf8.IsValid(text))
            throw new CniException(CniErrorCode.DecodingFailure, $"error unmarshall {what}: the text is not valid UTF-8");
        try
        {
            return JsonSerializer.Deserialize(text, type)
                ?? throw new CniException(CniErrorCode.InvalidConfig, "missing network name", $"the {what} is null");
        }
        catch (JsonException e)
        {
            throw new CniException(CniErrorCode.DecodingFailure, $"error unmarshall {what}: {Describe(e)}");
        }
    }

    static string Describe(JsonException e)
    {
        var key = e.Path is null or "$" ? "" : e.Path.StartsWith("$.", StringComparison.Ordinal) ? e.Path[2..] : e.Path;
        var message = e.Message;
        // The serializer's own texts end with a position, and for a wrong type speak of .NET's.
        var position = message.IndexOf(" Path: ", StringComparison.Ordinal);
        var why = message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
            ? "expected another type: a list or an object"
            : position < 0 ? message : message[..position];
        return key.Length == 0 ? why : $"key {key}: {why}";
    }
}

/// <summary>Integers as Go takes them: no fraction, no exponent, no quotes; and says what it wanted.</summary>
sealed class WholeNumberConverter : JsonConverter<int>
{
    public override int Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var value)
            ? value
            : throw new JsonException($"expected a whole number, found {Found.In(ref reader)}");

    public override void Write(Utf8JsonWriter writer, int value, JsonSerializerOptions options) => writer.WriteNumberValue(value);
}

sealed class TruthConverter : JsonConverter<bool>
{
    public override bool Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType switch
        {
            JsonTokenType.True => true,
            JsonTokenType.False => false,
            _ => throw new JsonException($"expected true or false, found {Found.In(ref reader)}"),
        };

    public override void Write(Utf8JsonWriter writer, bool value, JsonSerializerOptions options) => writer.WriteBooleanValue(value);
}

sealed class TextConverter : JsonConverter<string>
{
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String
            ? reader.GetString()
            : throw new JsonException($"expected a string, found {Found.In(ref reader)}");

    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}

static class Found
{
    internal static string In(ref Utf8JsonReader reader) => reader.TokenType switch
    {
        JsonTokenType.StartObject => "an object",
        JsonTokenType.StartArray => "a list",
        JsonTokenType.String => $"\"{reader.GetString()}\"",
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.True => "true",
        JsonTokenType.False => "false",
        var other => other.ToString(),
    };
}
