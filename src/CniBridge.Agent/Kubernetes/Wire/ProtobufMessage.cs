using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>
/// A message of which some fields are read straight from the stream. The library checks lengths and nesting; it needs no
/// generated classes, which would hold every field of every node.
/// </summary>
abstract class ProtobufMessage : IMessage
{
    /// <summary>Reads the field or leaves it alone.</summary>
    /// <param name="field">The number of the field.</param>
    /// <returns>False where the field was not read.</returns>
    protected abstract bool TryRead(int field, CodedInputStream input);

    public void MergeFrom(CodedInputStream input)
    {
        ArgumentNullException.ThrowIfNull(input);
        while (input.ReadTag() is var tag and not 0)
        {
            if (!TryRead(WireFormat.GetTagFieldNumber(tag), input))
                input.SkipLastField();
        }
    }

    MessageDescriptor IMessage.Descriptor => throw new NotSupportedException();

    int IMessage.CalculateSize() => throw new NotSupportedException();

    void IMessage.WriteTo(CodedOutputStream output) => throw new NotSupportedException();
}
