using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Bridge;
using CniBridge.Plugins.Bridge.Node;
using CniBridge.Plugins.Bridge.Plan;
using CniBridge.Plugins.Configuration;
using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.HostLocal.Store;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.PortMap;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Recovery;
using CniBridge.Plugins.State;
using CniBridge.Plugins.Tests.Bridge;
using CniBridge.Plugins.Tests.HostLocal;
using CniBridge.Plugins.Tests.PortMap;

namespace CniBridge.Plugins.Tests.Fuzzing;

/// <summary>The complete plugins with a node in memory and files in a directory of the test.</summary>
/// <param name="root">The directory of all files.</param>
sealed class FuzzPlugins(string root)
{
    internal FakeNodeView View { get; } = new();

    /// <summary>The changes of the node in the last call.</summary>
    internal List<string> Calls { get; } = [];

    /// <summary>The plugins, each on a new node.</summary>
    internal IReadOnlyList<IPlugin> All =>
        [new BridgeOnFakeNode(this, MakeNode()), new HostLocalOnFakeNode(this), new PortMapOnFakeNode(this, new FakePorts())];

    static FakeNode MakeNode() => new()
    {
        Inside = new ContainerInterface(new() { Name = "eth0", Index = 2 }, [], []),
        HasHostLink = true,
        // The external IPAM plugin always returns an address.
        Assigned = new CniResult { Ips = [new CniIp(Cidr.Parse("10.5.0.5/24"), null, null)] },
    };

    /// <summary>The error for a directory outside the test, because a configuration may name any directory.</summary>
    internal static CniException Elsewhere { get; } = new(CniErrorCode.TryAgainLater, "outside the directory of the test");

    void RefuseElsewhere(StorePlace place)
    {
        foreach (var path in (string[])[place.Directory, place.StateDirectory])
        {
            if (!Path.GetFullPath(path).StartsWith(root + "/", StringComparison.Ordinal))
                throw Elsewhere;
        }
    }

    HostLocalAddresses ForAdd(CniRequest request, CniArgs args)
    {
        RefuseElsewhere(HostLocalConfig.Parse(request, args).Place);
        return With(HostLocalAddresses.ForAdd(request, args, AttachmentNetwork.None));
    }

    HostLocalAddresses ForStatus(CniRequest request, CniArgs args)
    {
        RefuseElsewhere(HostLocalConfig.Parse(request, args, mayLackRanges: true).Place);
        return With(HostLocalAddresses.ForStatus(request, args));
    }

    HostLocalAddresses ForDelete(CniRequest request)
    {
        var ipam = CniJson.Decode(request.Config, DeleteJson.Read, "network config").Ipam;
        RefuseElsewhere(StorePlace.Create(request.NetworkName, ipam?.DataDir, ipam?.StateDir));
        return With(HostLocalAddresses.ForDelete(request, AttachmentNetwork.None));
    }

    HostLocalAddresses With(HostLocalAddresses addresses)
    {
        addresses.Node = View;
        return addresses;
    }

    sealed class BridgeOnFakeNode(FuzzPlugins plugins, FakeNode node) : IPlugin
    {
        public string Name => PluginName.Bridge;

        (BridgeConfig, IAddressManager?) Parse(CniRequest request, Func<CniRequest, CniArgs, HostLocalAddresses> hostLocal)
        {
            var args = CniArgs.Parse(request.Environment.Args, "MAC", "IP", "GATEWAY");
            var config = BridgeConfig.Parse(request, args);
            return (config, config.IpamType switch
            {
                null => null,
                PluginName.HostLocal => hostLocal(request, args),
                _ => node,
            });
        }

        IAddressManager? Find(CniRequest request, DeleteJson config) => config.Ipam?.Type switch
        {
            null or "" => null,
            PluginName.HostLocal => plugins.ForDelete(request),
            _ => node,
        };

        static DeleteJson Read(CniRequest request) => CniJson.Decode(request.Config, DeleteJson.Read, "network config");

        public CniResult Add(CniRequest request)
        {
            var (config, addresses) = Parse(request, plugins.ForAdd);
            return Noted(() => new BridgeAdd(request, config, addresses, node).Run());
        }

        public void Check(CniRequest request)
        {
            var (config, addresses) = Parse(request, plugins.ForAdd);
            Noted(() => new BridgeCheck(request, config, addresses, node).Run());
        }

        public void Delete(CniRequest request) => Noted(() =>
            new BridgeDelete(request, () => Read(request).ChecksMacSpoofing, () => Find(request, Read(request)), node).Run());

        public void CollectGarbage(CniRequest request)
        {
            var config = Read(request);
            Noted(() => new BridgeGarbage(request, config.ChecksMacSpoofing, Find(request, config), node).Run());
        }

        public void ReportStatus(CniRequest request)
        {
            var (config, addresses) = Parse(request, plugins.ForStatus);
            Noted(() => new BridgeStatus(request.NetworkName, config, addresses, node).Run());
        }

        void Noted(Action step) => Noted(() =>
        {
            step();
            return 0;
        });

        T Noted<T>(Func<T> step)
        {
            try
            {
                return step();
            }
            finally
            {
                plugins.Calls.AddRange(node.Calls);
            }
        }
    }

    sealed class HostLocalOnFakeNode(FuzzPlugins plugins) : IPlugin
    {
        public string Name => PluginName.HostLocal;

        static CniArgs ArgsOf(CniRequest request) => CniArgs.Parse(request.Environment.Args, "IP", "MAC");

        public CniResult Add(CniRequest request)
        {
            using var undo = new Rollback(request.Log);
            var result = plugins.ForAdd(request, ArgsOf(request)).Allocate(undo);
            undo.Cancel();
            return result;
        }

        public void Check(CniRequest request)
        {
            _ = HostLocalConfig.Parse(request, ArgsOf(request));
            plugins.ForDelete(request).Check();
        }

        public void Delete(CniRequest request) => plugins.ForDelete(request).Release();

        public void CollectGarbage(CniRequest request) => plugins.ForDelete(request).CollectGarbage(areLinksGone: true);

        public void ReportStatus(CniRequest request) => plugins.ForStatus(request, CniArgs.Parse("")).ReportStatus();
    }

    sealed class PortMapOnFakeNode(FuzzPlugins plugins, FakePorts node) : IPlugin
    {
        readonly Records<HostPortRecord> _records = new(HostPortRecord.Format, Path.Combine(plugins.Root, "run"));

        public string Name => PluginName.PortMap;

        public CniResult Add(CniRequest request)
        {
            var config = PortMapConfig.Parse(request);
            return new PortMapAdd(request, config, node, _records, node).Run();
        }

        public void Check(CniRequest request) => new PortMapCheck(request, PortMapConfig.Parse(request), node).Run();

        public void Delete(CniRequest request) => new PortMapDelete(request, node, _records, node).Run();

        public void CollectGarbage(CniRequest request) => new PortMapGarbage(request, node, _records, node).Run();

        public void ReportStatus(CniRequest request)
        {
            _ = PortMapConfig.Parse(request);
            new PortMapStatus(request, node, _records).Run();
        }
    }

    string Root => root;
}
