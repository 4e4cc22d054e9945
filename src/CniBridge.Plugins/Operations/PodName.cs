using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Operations;

/// <summary>NAMESPACE/NAME of a Kubernetes pod, which runtimes pass in CNI_ARGS.</summary>
static class PodName
{
    /// <summary>Returns the name, or "" if CNI_ARGS has none or one with characters that no pod's name has.</summary>
    internal static string Parse(string args)
    {
        string space = "", name = "";
        foreach (var pair in args.Length == 0 ? [] : args.Split(';'))
        {
            if (pair.StartsWith("K8S_POD_NAMESPACE=", StringComparison.Ordinal))
                space = pair["K8S_POD_NAMESPACE=".Length..];
            else if (pair.StartsWith("K8S_POD_NAME=", StringComparison.Ordinal))
                name = pair["K8S_POD_NAME=".Length..];
        }
        if (name.Length == 0 || CniName.Has(name, char.IsControl) || CniName.Has(space, char.IsControl))
            return "";
        return space + "/" + name;
    }
}
