using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Delegation;

/// <summary>
/// Small programs of one test in its own directories. Tests that run some are in one collection, because a file that another process still
/// has open for writing cannot run.
/// </summary>
sealed class Scripts : IDisposable
{
    internal const string Collection = "programs";

    readonly TemporaryDirectory _root = new();

    internal string this[string name] => _root[name];

    /// <summary>Adds an executable file with any content and returns its path.</summary>
    internal string AddFile(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root[path])!);
        File.WriteAllText(_root[path], content);
        File.SetUnixFileMode(_root[path], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _root[path];
    }

    /// <summary>Adds a shell script and returns its path. DIR stands for the directory of the test.</summary>
    internal string Add(string path, string script) =>
        AddFile(path, $"#!/bin/sh\n{script.Replace("DIR", _root.Path, StringComparison.Ordinal)}\n");

    /// <summary>Adds a script that records each verb and runs the given command for ADD.</summary>
    internal void AddNoting(string path, string atAdd = "true") =>
        Add(path, $"echo $CNI_COMMAND >> DIR/verbs\nif [ $CNI_COMMAND = ADD ]; then\n{atAdd}\nfi");

    /// <summary>The recorded verbs.</summary>
    internal string[] Verbs => File.Exists(_root["verbs"]) ? File.ReadAllLines(_root["verbs"]) : [];

    /// <summary>Returns the environment of the process, with a CNI_COMMAND that differs from the verb of the call.</summary>
    internal static Dictionary<string, string> Variables() => new()
    {
        ["CNI_COMMAND"] = "ADD",
        ["CNI_CONTAINERID"] = "pod1",
        ["PATH"] = "/usr/bin:/bin",
        ["ODD"] = "a=b\nc",
        ["EMPTY"] = "",
        ["cni_command"] = "lower",
    };

    /// <param name="path">Directories between colons, relative to the test's own where they do not begin with a slash.</param>
    internal CniRequest Request(string path = "bin", string config = "{}", TextWriter? log = null)
    {
        var request = Requests.Make(config, Call.OwnNamespace, log: log);
        var directories = path.Split(':').Select(directory => Path.Combine(_root.Path, directory));
        return request with
        {
            Environment = request.Environment with { Path = string.Join(':', directories) },
            Variables = Variables,
        };
    }

    public void Dispose() => _root.Dispose();
}
