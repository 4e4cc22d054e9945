namespace CniBridge.Plugins.Tests;

/// <summary>A directory of one test.</summary>
sealed class TemporaryDirectory : IDisposable
{
    internal string Path { get; } = Directory.CreateTempSubdirectory("cni-bridge-test-").FullName;

    internal string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
