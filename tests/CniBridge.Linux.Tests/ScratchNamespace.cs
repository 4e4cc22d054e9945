using CniBridge.Linux.Namespaces;

namespace CniBridge.Linux.Tests;

/// <summary>A network namespace of an idle program, which ends with the tests.</summary>
public sealed class ScratchNamespace : IDisposable
{
    readonly HelperProgram? _owner;

    public ScratchNamespace()
    {
        if (HelperProgram.Run("", "unshare", "--net", "true").ExitCode != 0)
            return;
        _owner = HelperProgram.Start("unshare", "--net", "sh", "-c", "echo ready; read line");
        _owner.ReadLine();
    }

    internal string Path
    {
        get
        {
            Assert.SkipWhen(_owner is null, "unshare --net is not allowed here");
            return $"/proc/{_owner.Id}/ns/net";
        }
    }

    internal NetworkNamespace Open() => NetworkNamespace.Open(Path);

    public void Dispose() => _owner?.Dispose();
}
