using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Files;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.HostLocal;

/// <summary>The part of resolv.conf(5) that a CNI result can contain.</summary>
static class ResolvConf
{
    const int MaxBytes = 1024 * 1024;

    /// <summary>Reads a file.</summary>
    /// <exception cref="CniException">Code 5: the file cannot be read.</exception>
    internal static CniDns Read(string path)
    {
        try
        {
            var text = SmallFile.TryRead(path, MaxBytes)
                ?? throw new CniException(CniErrorCode.IoFailure, $"open {path}: no such file or directory", "ipam.resolvConf");
            return Parse(Encoding.UTF8.GetString(text).Split('\n'));
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            throw new CniException(CniErrorCode.IoFailure, $"could not read ipam.resolvConf = {path}: {e.Message}");
        }
    }

    /// <summary>
    /// Parses the lines. The last domain wins; name servers, search lists and options add up. Ignores comments and unknown words.
    /// </summary>
    internal static CniDns Parse(IEnumerable<string> lines)
    {
        var (nameservers, search, options) = (new List<string>(), new List<string>(), new List<string>());
        var domain = "";
        foreach (var line in lines)
        {
            var words = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 2 || words[0][0] is '#' or ';')
                continue;
            switch (words[0])
            {
                case "nameserver": nameservers.Add(words[1]); break;
                case "domain": domain = words[1]; break;
                case "search": search.AddRange(words[1..]); break;
                case "options": options.AddRange(words[1..]); break;
            }
        }
        return new CniDns { Nameservers = nameservers, Domain = domain, Search = search, Options = options };
    }
}
