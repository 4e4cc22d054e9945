namespace CniBridge.Node.Tests;

/// <summary>A directory of one test.</summary>
sealed class TemporaryDirectory : IDisposable
{
    internal string Path { get; }

    /// <param name="isInMemory">True for a test with a thousand synchronous writes, which are fast in memory.</param>
    internal TemporaryDirectory(bool isInMemory = false) => Path = isInMemory && Directory.Exists(Memory)
        ? Directory.CreateDirectory($"{Memory}/cni-bridge-test-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("cni-bridge-test-").FullName;

    const string Memory = "/dev/shm";

    internal string this[string name] => System.IO.Path.Combine(Path, name);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
