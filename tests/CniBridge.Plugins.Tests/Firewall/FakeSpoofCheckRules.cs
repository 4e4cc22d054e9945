using CniBridge.Linux;
using CniBridge.Plugins.Firewall;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Firewall;

/// <summary>Records every call with the number of existing records. The steps in the list of failures fail.</summary>
sealed class FakeSpoofCheckRules(string records) : ISpoofCheckRules
{
    internal List<string> Calls { get; } = [];

    internal HashSet<string> Failing { get; init; } = [];

    internal int Errno { get; init; } = CniBridge.Linux.Errno.EINVAL;

    /// <summary>The ports without missing rules.</summary>
    internal HashSet<string> Whole { get; init; } = [];

    void Note(string call)
    {
        Calls.Add($"{call}, records: {(Directory.Exists(records) ? Directory.GetFiles(records).Length : 0)}");
        if (Failing.Contains(call))
            throw new KernelException(call, Errno);
    }

    public void Add(SpoofGuard guard) => Note($"add {guard.Port}");

    public void Remove(SpoofGuard guard) => Note($"remove {guard.Port}");

    public void Remove(Attachment attachment, IReadOnlyList<string> ports) =>
        Note($"remove {string.Join(' ', ports)} of {attachment.ContainerId}");

    public void RemoveOthers(string network, IReadOnlySet<string> owners) =>
        Note($"remove others of {network} than {string.Join(' ', owners)}");

    public string? FindMissing(SpoofGuard guard) => Whole.Contains(guard.Port) ? null : $"missing {guard.Port}";

    public void Restore(IReadOnlyList<SpoofGuard> guards) => Note($"restore {string.Join(' ', guards.Select(guard => guard.Port))}");

    public void Try() => Note("try");
}
