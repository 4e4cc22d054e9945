using CniBridge.Node.Cluster.Kubernetes;
using CniBridge.Node.Tests.Runtime;

namespace CniBridge.Node.Tests.Cluster;

/// <summary>A kubectl that is a shell script.</summary>
sealed class ScriptedKubectl : IDisposable
{
    readonly TemporaryDirectory _root = new();

    internal ScriptedKubectl(string script)
    {
        File.WriteAllText(Path, $"#!/bin/sh\nhere=$(dirname \"$0\")\n{script}\n");
        File.SetUnixFileMode(Path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    internal string Path => _root["kubectl"];

    /// <summary>A file beside the script, which has its directory as $here.</summary>
    internal string this[string name] => _root[name];

    internal KubectlCommand Command(string? kubeconfig = null) => new(Path, kubeconfig, ScriptedPlugins.OwnEnvironment);

    /// <summary>As found in PATH.</summary>
    internal KubectlCommand CommandInPath() => new(KubectlCommand.DefaultProgram, null,
        new Dictionary<string, string>(ScriptedPlugins.OwnEnvironment) { ["PATH"] = $"/nonexistent::{_root.Path}:/usr/bin:/bin" });

    public void Dispose() => _root.Dispose();
}
