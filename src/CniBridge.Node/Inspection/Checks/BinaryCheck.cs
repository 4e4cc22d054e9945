using System.Text.Json.Nodes;
using CniBridge.Linux.Files;
using CniBridge.Node.Inspection.Examinations;
using CniBridge.Node.Inspection.Findings;

namespace CniBridge.Node.Inspection.Checks;

/// <summary>The check of the plugins that the networks use, and of all installed plugins of cni-bridge.</summary>
sealed class BinaryCheck(DoctorContext node)
{
    const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The running binary, even if its file was replaced or deleted.</summary>
    const string OwnProgram = "/proc/self/exe";

    /// <summary>The limit in bytes, larger than any plugin. A sparse file of any size must not fill the memory.</summary>
    const int MaxProgramBytes = 32 * 1024 * 1024;

    /// <summary>The magic bytes of Go build information, as read by "go version" (debug/buildinfo).</summary>
    static readonly byte[] s_markOfGo = [0xff, .. " Go buildinf:"u8];

    string Directory => node.Options.PluginDirectory;

    internal void Run()
    {
        // Several names usually lead to one program, which is read once.
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

    /// <summary>Returns the names of all plugins that a network uses, and of the installed plugins of cni-bridge.</summary>
    List<string> Names()
    {
        // Runtimes run loopback for each pod, without any configuration.
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

    /// <summary>Adds a name once. Runtimes reject a type that contains a slash.</summary>
    static void Add(List<string> names, string name)
    {
        if (!names.Contains(name) && !name.Contains('/', StringComparison.Ordinal))
            names.Add(name);
    }

    /// <summary>Adds the IPAM plugin, except host-local under bridge: both are one program here, and bridge does not execute it.</summary>
    void AddAddressManager(JsonObject plugin, List<string> names)
    {
        if (plugin["ipam"] is JsonObject ipam && ipam["type"]?.ToString() is { Length: > 0 } type &&
            !(IsOurs(type) && plugin["type"]!.GetValue<string>() == "bridge"))
        {
            Add(names, type);
        }
    }

    /// <summary>
    /// Returns the path of the program behind a plugin's name. Reports a finding and returns null if it cannot be executed.
    /// </summary>
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
            node.Found.Add(PluginFindings.PluginNotExecutable(program, mode));
        }
        else if (there.LinkTarget is { } target)
        {
            node.Found.Add(PluginFindings.PluginDangling(path, target, Directory, node.Options.Program));
        }
        else
        {
            node.Found.Add(IsOurs(name)
                ? PluginFindings.PluginMissing(name, Directory, node.Options.Program)
                : PluginFindings.OtherPluginMissing(name, Directory));
        }
        return null;
    }

    void Judge(byte[] program, byte[] own, List<string> names)
    {
        if (!program.AsSpan().SequenceEqual(own))
            node.Found.Add(Find(program, own, names));
    }

    Finding Find(byte[] program, byte[] own, List<string> names)
    {
        if (program.AsSpan().StartsWith("#!"u8))
            return OtherBuild();
        if (ElfFile.TryRead(program) is not { } elf)
            return Damaged("not a program");
        if (elf.Machine != ElfFile.TryRead(own)?.Machine)
            return Damaged("built for another CPU architecture");
        if (!elf.IsWhole)
            return Damaged("the program file is truncated");
        if (program.AsSpan().IndexOf(s_markOfGo) >= 0)
            return PluginFindings.PluginOfGo(names, Directory, node.Options.Program);
        return elf.HasInterpreter ? PluginFindings.PluginNotStatic(names, Directory, node.Options.Program) : OtherBuild();

        Finding OtherBuild() => PluginFindings.PluginOfOtherBuild(names, Directory, node.Options.Program);

        Finding Damaged(string reason) => PluginFindings.PluginDamaged(names, Directory, reason, node.Options.Program);
    }
}
