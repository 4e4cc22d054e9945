using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Node.Inspection.Kinds;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The programs that the networks name, and ours among them.</summary>
sealed class BinaryCheck(Examination node)
{
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Ourselves, wherever we were started from and whatever has that name now.</summary>
    const string OwnProgram = "/proc/self/exe";

    /// <summary>Longer than any plugin; without a limit, a file with a hole could fill the memory.</summary>
    const int MaxProgramBytes = 32 * 1024 * 1024;

    /// <summary>debug/buildinfo: what go version looks for.</summary>
    static readonly byte[] s_markOfGo = [0xff, .. " Go buildinf:"u8];

    string Directory => node.Options.PluginDirectory;

    internal void Run()
    {
        // What it is that has each of our names, each program once.
        var programs = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var name in Names())
        {
            if (Find(name) is not { } program || !IsOurs(name))
                continue;
            if (!programs.TryGetValue(program, out var names))
                programs.Add(program, names = []);
            names.Add(name);
        }
        var own = RegularFile.ReadAll(OwnProgram, MaxProgramBytes);
        foreach (var (program, names) in programs)
            Judge(RegularFile.ReadAll(program, MaxProgramBytes), own, names);
    }

    bool IsOurs(string name) => node.Options.Roles.Contains(name);

    /// <summary>All that any network names, and ours that are there.</summary>
    List<string> Names()
    {
        // The loopback is what runtimes make before they look at any network.
        List<string> names = ["loopback"];
        foreach (var file in node.Files)
        {
            foreach (var plugin in file.List?.Plugins ?? [])
            {
                Add(names, plugin["type"]!.GetValue<string>());
                AddAddressManager(plugin, names);
            }
        }
        foreach (var role in node.Options.Roles)
        {
            if (new FileInfo(Path.Combine(Directory, role)) is { } there && (there.Exists || there.LinkTarget is not null))
                Add(names, role);
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>A type with a slash is refused by everybody who is to run it.</summary>
    static void Add(List<string> names, string name)
    {
        if (!names.Contains(name) && !name.Contains('/', StringComparison.Ordinal))
            names.Add(name);
    }

    /// <summary>Our bridge plugin does the work of our host-local itself.</summary>
    void AddAddressManager(JsonObject plugin, List<string> names)
    {
        if (plugin["ipam"] is JsonObject ipam && ipam["type"]?.ToString() is { Length: > 0 } type &&
            !(IsOurs(type) && plugin["type"]!.GetValue<string>() == "bridge"))
        {
            Add(names, type);
        }
    }

    /// <summary>The program that a name leads to; null and a finding where there is none that can be run.</summary>
    string? Find(string name)
    {
        var path = Path.Combine(Directory, name);
        var there = new FileInfo(path);
        if (SmallFile.IsRegular(path))
        {
            var program = there.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
            var mode = File.GetUnixFileMode(program);
            if ((mode & Executable) != 0)
                return program;
            node.Found.Add(PluginFindings.PluginNotExecutable, "PATH", program, "MODE", FileModes.Text(mode));
        }
        else if (there.LinkTarget is { } target)
        {
            node.Found.Add(PluginFindings.PluginDangling, "PATH", path, "TARGET", target, "DIRECTORY", Directory);
        }
        else
        {
            node.Found.Add(IsOurs(name) ? PluginFindings.PluginMissing : PluginFindings.OtherPluginMissing,
                "NAME", name, "DIRECTORY", Directory);
        }
        return null;
    }

    void Judge(byte[] program, byte[] own, List<string> names)
    {
        if (program.AsSpan().SequenceEqual(own))
            return;
        var (kind, reason) = Judge(program, own);
        node.Found.Add(kind, "NAMES", string.Join(", ", names), "DIRECTORY", Directory, "REASON", reason);
    }

    static (FindingKind Kind, string Reason) Judge(byte[] program, byte[] own)
    {
        if (program.AsSpan().StartsWith("#!"u8))
            return (PluginFindings.PluginOfOtherBuild, "");
        if (ElfFile.TryRead(program) is not { } elf)
            return (PluginFindings.PluginDamaged, "no program");
        if (elf.Machine != ElfFile.TryRead(own)?.Machine)
            return (PluginFindings.PluginDamaged, "a program for another kind of processor");
        if (!elf.IsWhole)
            return (PluginFindings.PluginDamaged, "a part of a program, the rest is missing");
        if (program.AsSpan().IndexOf(s_markOfGo) >= 0)
            return (PluginFindings.PluginOfGo, "");
        return (elf.HasInterpreter ? PluginFindings.PluginNotStatic : PluginFindings.PluginOfOtherBuild, "");
    }
}
