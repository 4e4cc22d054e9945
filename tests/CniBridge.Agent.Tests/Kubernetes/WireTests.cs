using CniBridge.Agent.Kubernetes.Wire;
using CniBridge.Agent.Tests.Support;

namespace CniBridge.Agent.Tests.Kubernetes;

public sealed class WireTests
{
    const int Rounds = 20_000;

    static readonly FakeNode s_node = new("node1", "192.168.1.11", "10.244.1.0/24") { Ballast = new string('x', 200) };

    [Fact]
    public void Damaged_protobuf_gives_only_a_format_error() => Damage(new ProtobufFormat(),
        ProtobufEncoding.List("7", [s_node, s_node]), ProtobufEncoding.Event("ADDED", ProtobufEncoding.NodeObject(s_node)));

    [Fact]
    public void Damaged_JSON_gives_only_a_format_error() => Damage(new JsonFormat(),
        JsonEncoding.List("7", [s_node, s_node]), JsonEncoding.Event("ADDED", JsonEncoding.Node(s_node)));

    [Fact]
    public void A_frame_of_four_gigabytes_is_refused()
    {
        using var body = new MemoryStream([0xff, 0xff, 0xff, 0xff, 0]);

        Assert.Throws<InvalidDataException>(() => new ProtobufFormat().ReadEvents(body).ToList());
    }

    [Fact]
    public void An_endless_line_is_refused()
    {
        using var body = new MemoryStream(new byte[ProtobufFormat.MaxFrame + 100_000]);

        Assert.Throws<InvalidDataException>(() => new JsonFormat().ReadEvents(body).ToList());
    }

    [Fact]
    public void An_unknown_type_of_event_is_skipped()
    {
        using var body = new MemoryStream(ProtobufEncoding.Event("LATER", ProtobufEncoding.NodeObject(s_node)));

        Assert.Empty(new ProtobufFormat().ReadEvents(body));
    }

    static void Damage(INodeFormat format, byte[] list, byte[] watch)
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        // CA5394: a test wants the same numbers again.
#pragma warning disable CA5394
        var random = new Random(seed);
        var read = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var isList = random.Next(2) == 0;
            var bytes = (byte[])(isList ? list : watch).Clone();
            for (var count = random.Next(1, 4); count > 0; count--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            using var body = new MemoryStream(bytes, 0, random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length);
            try
            {
                read += isList ? format.ReadList(body).Nodes.Count : format.ReadEvents(body).Count();
            }
            catch (InvalidDataException)
            {
                // The only failure that a caller handles.
            }
        }
#pragma warning restore CA5394
        Assert.True(read > 0, "nothing was read: the bytes were never right enough to be damaged");
    }
}
