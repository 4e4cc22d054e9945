using CniBridge.Linux.Addresses;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.PortMap;

/// <summary>CHECK: checks that every port leads to the pod. Changes nothing.</summary>
sealed class PortMapCheck(CniRequest request, PortMapConfig config, INodePorts node)
{
    internal void Run()
    {
        var previous = CniResultReader.ReadPrevious(request.Config) ?? throw Failure("Required prevResult missing");
        if (config.Mappings.Count == 0)
            return;
        var record = PortMapAdd.MakeRecord(request, config, previous, node);
        var wanted = HostPortElement.List(record);
        foreach (var family in AddressFamilies.All)
        {
            if (wanted.Exists(element => element.Family == family) && node.FindDamage(family) is { } damage)
                throw Failure($"The host ports of {record.OwnerName} do not work: {damage}");
        }
        foreach (var element in wanted)
            Check(element);
        foreach (var pod in record.Pods)
        {
            if (record.ServesLocalhost(pod) && !node.AllowsLocalhost(pod.Link!))
                throw Failure($"Ports of 127.0.0.1 do not work: net.ipv4.conf.{pod.Link}.route_localnet is not 1");
        }
    }

    void Check(HostPortElement element)
    {
        var found = node.Find(element) ?? throw Failure($"The {element.What} is missing in the set {element.Set}");
        if (element.IsShared)
            return;
        if (found.Comment != element.Owner)
            throw Failure($"The {element.What} is not of {element.Owner} but of {found.Comment}");
        if (!element.LeadsTo(found))
            throw Failure($"The {element.What} leads elsewhere");
    }

    static CniException Failure(string why) => new(CniErrorCode.Internal, why);
}
