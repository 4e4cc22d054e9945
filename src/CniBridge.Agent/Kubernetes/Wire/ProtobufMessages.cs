using CniBridge.Node.Cluster.Sources;
using Google.Protobuf;

namespace CniBridge.Agent.Kubernetes.Wire;

/// <summary>runtime.Unknown (apimachinery, runtime/generated.proto): the envelope of every object.</summary>
/// <param name="create">Returns the message for an object of the given kind.</param>
sealed class EnvelopeMessage(Func<string, ProtobufMessage> create) : ProtobufMessage
{
    string _kind = "";

    /// <summary>The object in the envelope, or null where it has none.</summary>
    internal ProtobufMessage? Content { get; private set; }

    protected override bool TryRead(int field, CodedInputStream input)
    {
        switch (field)
        {
            // typeMeta precedes raw: the API server writes fields in the order of their numbers.
            case 1:
                var meta = new FieldsMessage(2);
                input.ReadMessage(meta);
                _kind = meta.GetText(2);
                return true;
            case 2:
                Content = create(_kind);
                input.ReadMessage(Content);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>A message of which only some text fields are read.</summary>
/// <param name="fields">Their numbers.</param>
sealed class FieldsMessage(params int[] fields) : ProtobufMessage
{
    readonly Dictionary<int, string> _values = [];

    /// <summary>Returns the text, or "" where the field is absent.</summary>
    internal string GetText(int field) => _values.GetValueOrDefault(field, "");

    protected override bool TryRead(int field, CodedInputStream input)
    {
        if (!fields.Contains(field))
            return false;
        _values[field] = input.ReadString();
        return true;
    }
}

/// <summary>core/v1 NodeList (api, core/v1/generated.proto).</summary>
/// <param name="startObject">Called before each node.</param>
sealed class NodeListMessage(Action startObject) : ProtobufMessage
{
    readonly NodeMemory _memory = new();

    internal List<NodeObject> Nodes { get; } = [];

    internal string ResourceVersion { get; private set; } = "";

    protected override bool TryRead(int field, CodedInputStream input)
    {
        switch (field)
        {
            case 1:
                var meta = new FieldsMessage(2);
                input.ReadMessage(meta);
                ResourceVersion = meta.GetText(2);
                return true;
            case 2:
                startObject();
                var node = new NodeMessage();
                input.ReadMessage(node);
                _memory.Add(node.Node);
                Nodes.Add(node.Node);
                return true;
            default:
                return false;
        }
    }
}

/// <summary>core/v1 Node: metadata, spec and status.</summary>
sealed class NodeMessage : ProtobufMessage
{
    internal NodeObject Node { get; } = new();

    protected override bool TryRead(int field, CodedInputStream input)
    {
        ProtobufMessage? part = field switch
        {
            1 => new MetadataMessage(Node),
            2 => new SpecMessage(Node),
            3 => new NodeStatusMessage(Node),
            _ => null,
        };
        if (part is not null)
            input.ReadMessage(part);
        return part is not null;
    }

    /// <summary>meta/v1 ObjectMeta</summary>
    sealed class MetadataMessage(NodeObject node) : ProtobufMessage
    {
        protected override bool TryRead(int field, CodedInputStream input)
        {
            switch (field)
            {
                case 1:
                    node.Name = input.ReadString();
                    return true;
                case 6:
                    node.ResourceVersion = input.ReadString();
                    return true;
                case 8:
                    input.ReadMessage(new TimeMessage(node));
                    return true;
                default:
                    return false;
            }
        }
    }

    /// <summary>meta/v1 Time</summary>
    sealed class TimeMessage(NodeObject node) : ProtobufMessage
    {
        protected override bool TryRead(int field, CodedInputStream input)
        {
            if (field != 1)
                return false;
            node.CreationTime = input.ReadInt64();
            return true;
        }
    }

    /// <summary>core/v1 NodeSpec</summary>
    sealed class SpecMessage(NodeObject node) : ProtobufMessage
    {
        protected override bool TryRead(int field, CodedInputStream input)
        {
            if (field == 1)
                node.PodRange = input.ReadString();
            else if (field == 7)
                node.AddPodRange(input.ReadString());
            else
                return false;
            return true;
        }
    }

    /// <summary>core/v1 NodeStatus</summary>
    sealed class NodeStatusMessage(NodeObject node) : ProtobufMessage
    {
        protected override bool TryRead(int field, CodedInputStream input)
        {
            switch (field)
            {
                case 4:
                    var condition = new ConditionMessage();
                    input.ReadMessage(condition);
                    if (condition.Type == NodeObject.NetworkCondition)
                        node.NetworkUnavailable = condition.Status;
                    return true;
                case 5:
                    var address = new FieldsMessage(1, 2);
                    input.ReadMessage(address);
                    if (address.GetText(1) == "InternalIP")
                        node.AddAddress(address.GetText(2));
                    return true;
                default:
                    return false;
            }
        }
    }

    /// <summary>core/v1 NodeCondition</summary>
    sealed class ConditionMessage : ProtobufMessage
    {
        internal string Type { get; private set; } = "";

        internal string Status { get; private set; } = "";

        protected override bool TryRead(int field, CodedInputStream input)
        {
            if (field == 1)
                Type = input.ReadString();
            else if (field == 2)
                Status = input.ReadString();
            else
                return false;
            return true;
        }
    }
}

/// <summary>meta/v1 Status: why a request failed.</summary>
sealed class StatusMessage : ProtobufMessage
{
    internal string Message { get; private set; } = "";

    internal int Code { get; private set; }

    protected override bool TryRead(int field, CodedInputStream input)
    {
        if (field == 3)
            Message = input.ReadString();
        else if (field == 6)
            Code = input.ReadInt32();
        else
            return false;
        return true;
    }
}

/// <summary>meta/v1 WatchEvent; its object has an envelope of its own.</summary>
sealed class WatchEventMessage : ProtobufMessage
{
    internal string Type { get; private set; } = "";

    /// <summary>The encoded object, with the magic number before it.</summary>
    internal ByteString Object { get; private set; } = ByteString.Empty;

    protected override bool TryRead(int field, CodedInputStream input)
    {
        switch (field)
        {
            case 1:
                Type = input.ReadString();
                return true;
            case 2:
                var extension = new RawExtensionMessage();
                input.ReadMessage(extension);
                Object = extension.Raw;
                return true;
            default:
                return false;
        }
    }

    /// <summary>runtime.RawExtension</summary>
    sealed class RawExtensionMessage : ProtobufMessage
    {
        internal ByteString Raw { get; private set; } = ByteString.Empty;

        protected override bool TryRead(int field, CodedInputStream input)
        {
            if (field != 1)
                return false;
            Raw = input.ReadBytes();
            return true;
        }
    }
}
