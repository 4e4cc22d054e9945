using System.Globalization;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.State;

namespace CniBridge.Plugins.Tests.PortMap;

/// <summary>The verbs of portmap on a node in memory.</summary>
public abstract class PortMapScene : IDisposable
{
    private protected const string Tcp = """{"hostPort":8080,"containerPort":80}""";
    private protected const string Udp = """{"hostPort":53,"containerPort":5353,"protocol":"udp","hostIP":"192.0.2.1"}""";

    private protected const string Previous = """
        {"cniVersion":"1.0.0","interfaces":[{"name":"cni0"},{"name":"eth0","sandbox":"/netns"}],
         "ips":[{"address":"10.9.9.9/24","interface":0},{"address":"10.1.0.5/24","interface":1},{"address":"fd00::5/64","interface":1},
                {"address":"10.1.0.6/24","interface":1}]}
        """;

    /// <summary>The elements of a pod with the mappings Tcp and Udp.</summary>
    private protected static readonly string[] s_elements =
    [
        "ip cni-bridge hostport-addresses host port 53/udp of 192.0.2.1: pods/pod1/eth0",
        "ip cni-bridge hostport-localhost-links guard of 127.0.0.1 on cni0: ",
        "ip cni-bridge hostport-neighbours masquerading of cni0 to 10.1.0.5: pods/pod1/eth0",
        "ip cni-bridge hostport-senders masquerading of 10.1.0.5 to itself: pods/pod1/eth0",
        "ip cni-bridge hostport-senders masquerading of 127.0.0.1 to 10.1.0.5: pods/pod1/eth0",
        "ip cni-bridge hostports host port 8080/tcp of any address: pods/pod1/eth0",
        "ip6 cni-bridge hostport-neighbours masquerading of cni0 to fd00::5: pods/pod1/eth0",
        "ip6 cni-bridge hostport-senders masquerading of fd00::5 to itself: pods/pod1/eth0",
        "ip6 cni-bridge hostports host port 8080/tcp of any address: pods/pod1/eth0",
    ];

    /// <summary>An element that belongs to no attachment and stays.</summary>
    private protected const string Guard = "ip cni-bridge hostport-localhost-links guard of 127.0.0.1 on cni0: ";

    private protected readonly TemporaryDirectory _root = new();
    private protected readonly StringWriter _log = new(CultureInfo.InvariantCulture);
    private protected readonly FakePorts _node = new();

    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool isDisposing)
    {
        if (!isDisposing)
            return;
        _root.Dispose();
        _log.Dispose();
    }

    private protected Records<HostPortRecord> Records => new(HostPortRecord.Format, _root.Path);

    private protected IEnumerable<string?> RecordNames => Records.ReadAll().Select(record => record.Name);

    private protected CniRequest Request(
        string mappings, string keys = "\"type\":\"portmap\"", string? previous = Previous, string container = "pod1")
    {
        var request = Requests.Make(
            $"{{\"name\":\"pods\",{keys},\"prevResult\":{previous ?? "null"},\"runtimeConfig\":{{\"portMappings\":[{mappings}]}}}}",
            NetnsOf(container), log: _log);
        return request with { Environment = request.Environment with { ContainerId = container } };
    }

    /// <summary>Returns the path of a file that stands for the namespace. The pod is alive while it exists.</summary>
    private protected string NetnsOf(string container)
    {
        if (!File.Exists(_root[container]))
            File.WriteAllText(_root[container], "");
        return _root[container];
    }

    private protected CniResult Add(
        string mappings, string keys = "\"type\":\"portmap\"", string? previous = Previous, string container = "pod1")
    {
        var request = Request(mappings, keys, previous, container);
        return new PortMapAdd(request, PortMapConfig.Parse(request), _node, Records, _node).Run();
    }

    private protected void Delete(string mappings, string container = "pod1") =>
        new PortMapDelete(Request(mappings, previous: null, container: container), _node, Records, _node).Run();

    private protected void Check(string mappings, FakePorts node, string? previous = Previous)
    {
        var request = Request(mappings, previous: previous);
        new PortMapCheck(request, PortMapConfig.Parse(request), node).Run();
    }

    /// <param name="list">The list; empty for a request without the key.</param>
    private protected void Collect(string list)
    {
        var key = list.Length > 0 ? $",\"cni.dev/valid-attachments\":{list}" : "";
        new PortMapGarbage(Requests.Make($"{{\"name\":\"pods\"{key}}}", log: _log), _node, Records, _node).Run();
    }

    /// <summary>The removal of ports of the Go plugin, which runs for requested ports without a record.</summary>
    private protected const string GoPorts = "delete Go's ports of pods pod1";
}
