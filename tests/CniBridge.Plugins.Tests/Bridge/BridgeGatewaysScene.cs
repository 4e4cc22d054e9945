using System.Globalization;
using CniBridge.Linux.Addresses;
using CniBridge.Linux.Route.Links;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Bridge;

/// <summary>A bridge in memory whose gateway addresses are updated.</summary>
static class BridgeGatewaysScene
{
    internal const string Old = "10.1.0.1/24", New = "10.9.0.1/24";

    /// <summary>A bridge whose range changed from 10.1.0.0/24 to 10.9.0.0/24. Each test sets the remaining users.</summary>
    internal sealed class GatewayState
    {
        internal BridgeConfig Config { get; set; } = new() { Bridge = "cni0", IsGateway = true, IpamType = "host-local" };
        internal List<string> Present { get; } = [Old];
        internal List<string> Wanted { get; } = [New];
        internal List<string> LastServed { get; } = ["10.1.0.7"];
        internal bool HasMoved { get; set; }
        internal List<AddressUser> Users { get; } = [];
        internal List<Link> Ports { get; } = [];
        internal Attachment Own { get; set; } = new("pods", "pod1", "eth0");
        internal string? Failing { get; set; }

        internal List<string> Calls { get; private set; } = [];
        internal string Log { get; private set; } = "";

        internal void AddUser(string containerId, string interfaceName, string address) =>
            Users.Add(new AddressUser(containerId, interfaceName, IpAddress.Parse(address)));

        internal void AddPort(string name, string alias) =>
            Ports.Add(new Link { Index = 20 + Ports.Count, Name = name, Kind = "veth", Alias = alias });

        internal void Ensure()
        {
            var bridge = new Link { Index = 3, Name = "cni0", Kind = "bridge" };
            var link = Config.VlanGateway is { } name ? new Link { Index = 4, Name = name, Kind = "veth" } : bridge;
            var node = new FakeNode
            {
                Addresses = { [link.Name] = [.. Present.Select(Cidr.Parse)] },
                LastServed = [.. LastServed.Select(IpAddress.Parse)],
                HasMoved = HasMoved,
                Users = Users,
                Ports = Ports,
                Failing = Failing is null ? [] : [Failing],
            };
            using var log = new StringWriter(CultureInfo.InvariantCulture);
            var request = Requests.Make("{}", log: log);
            request = request with
            {
                NetworkName = Own.Network,
                Environment = request.Environment with { ContainerId = Own.ContainerId, InterfaceName = Own.InterfaceName },
            };
            try
            {
                new BridgeGateways(request, Config, node, node).Ensure(bridge, link, [.. Wanted.Select(Cidr.Parse)]);
            }
            finally
            {
                (Calls, Log) = (node.Calls, log.ToString());
            }
        }
    }

    internal static GatewayState Run(params ReadOnlySpan<Action<GatewayState>> changes)
    {
        var state = new GatewayState();
        foreach (var change in changes)
            change(state);
        state.Ensure();
        return state;
    }

    internal static GatewayState Run(string present, string wanted, params ReadOnlySpan<Action<GatewayState>> changes) =>
        Run([s => Replace(s.Present, present), s => Replace(s.Wanted, wanted), .. changes]);

    internal static void Replace(List<string> list, string addresses)
    {
        list.Clear();
        list.AddRange(addresses.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Returns the last change, or an empty text.</summary>
    internal static string Change(GatewayState state) =>
        state.Calls[^1].StartsWith("gateways of cni0: ", StringComparison.Ordinal) ? state.Calls[^1]["gateways of cni0: ".Length..] : "";

    internal const string Replaced = New + " in place of " + Old;

    internal static string Line(string what) => $"\"cni0\" already has an IP address different from {New}, {Old}: {what}\n";
}
