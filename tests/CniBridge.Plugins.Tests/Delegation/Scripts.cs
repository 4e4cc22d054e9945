using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Delegation;

/// <summary>
/// Small programs of one test, in directories of its own. Tests that run some are in one collection: a file that another
/// thread's new process still has open for writing cannot be run.
/// </summary>
sealed class Scripts : IDisposable
{
    internal const string Collection = "programs";

    readonly TemporaryDirectory _root = new();

    internal string this[string name] => _root[name];

    /// <summary>An executable file with any content.</summary>
    internal string AddFile(string path, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_root[path])!);
        File.WriteAllText(_root[path], content);
        File.SetUnixFileMode(_root[path], UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return _root[path];
    }

    /// <summary>A shell script; DIR stands for the directory of the test.</summary>
    internal string Add(string path, string script) =>
        AddFile(path, $"#!/bin/sh\n{script.Replace("DIR", _root.Path, StringComparison.Ordinal)}\n");

    /// <summary>Notes each verb, and does what is said for ADD.</summary>
    internal void AddNoting(string path, string atAdd = "true") =>
        Add(path, $"echo $CNI_COMMAND >> DIR/verbs\nif [ $CNI_COMMAND = ADD ]; then\n{atAdd}\nfi");

    /// <summary>The verbs that were noted.</summary>
    internal string[] Verbs => File.Exists(_root["verbs"]) ? File.ReadAllLines(_root["verbs"]) : [];

    /// <summary>The process's whole environment, in which CNI_COMMAND is another than the one that will be run.</summary>
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
