using System.Text;
using CniBridge.Agent.Kubernetes.Wire;
using CniBridge.Agent.Tests.Support;
using CniBridge.Node.Cluster.Sources;

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

    [Theory]
    [InlineData(long.MinValue)]
    [InlineData(-62_135_596_801)]
    [InlineData(253_402_300_800)]
    [InlineData(long.MaxValue - 1)]
    public void A_creation_time_outside_the_calendar_counts_as_missing(long time)
    {
        FakeNode[] nodes = [s_node with { CreationTime = time }, new("node2", "192.168.1.12", "10.244.1.0/24")];
        using var body = new MemoryStream(ProtobufEncoding.List("7", nodes));

        var table = KubernetesNodes.Create(new ProtobufFormat().ReadList(body).Nodes);

        // A node without a time is the newest, so it loses the pod CIDR.
        Assert.Empty(table.Find("node1")!.PodRanges);
        Assert.Single(table.Find("node2")!.PodRanges);
    }

    [Theory]
    [InlineData("ip", "10.244.1.0/24")]
    [InlineData("192.168.1.11", "range")]
    public void A_value_that_is_cut_in_a_surrogate_pair_can_be_saved(string address, string range)
    {
        // The message of the problem keeps 64 characters.
        var odd = new string('a', 63) + "\U0001F600\U0001F600";
        FakeNode[] nodes = [new("node1", address == "ip" ? odd : address, range == "range" ? odd : range)];
        using var body = new MemoryStream(ProtobufEncoding.List("7", nodes));

        var table = KubernetesNodes.Create(new ProtobufFormat().ReadList(body).Nodes);

        Assert.Contains("…", Encoding.UTF8.GetString(NodeFile.Write(table)).Replace("\\u2026", "…"), StringComparison.Ordinal);
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
                var nodes = isList ? format.ReadList(body).Nodes : [.. format.ReadEvents(body).Select(static one => one.Node)];
                // What the agent does with them next.
                _ = NodeFile.Write(KubernetesNodes.Create(nodes));
                read += nodes.Count;
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
