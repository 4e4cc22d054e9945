using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CniBridge.Conventions.Tests;

/// <summary>One project of the repository, parsed and bound by the compiler; source generators do not run.</summary>
sealed class SourceProject
{
    const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    static readonly System.Collections.Concurrent.ConcurrentDictionary<string, SourceProject> s_loaded = new();

    SourceProject(string directory, CSharpCompilation compilation)
    {
        Directory = directory;
        Compilation = compilation;
    }

    /// <summary>Absolute path of the project's directory.</summary>
    internal string Directory { get; }

    internal string Name => Path.GetFileName(Directory);

    internal CSharpCompilation Compilation { get; }

    /// <summary>Returns the project in a directory; it is read once per test run.</summary>
    internal static SourceProject Load(string directory) => s_loaded.GetOrAdd(directory, Read);

    static SourceProject Read(string directory)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest, DocumentationMode.Parse);
        var trees = Repository.Sources(directory)
            .Select(path => CSharpSyntaxTree.ParseText(File.ReadAllText(path), options, path))
            .Append(CSharpSyntaxTree.ParseText(ImplicitUsings, options));
        return new SourceProject(directory, CSharpCompilation.Create(Path.GetFileName(directory), trees, References(directory),
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, allowUnsafe: true)));
    }

    /// <summary>Path of a file's folder as seen from the project: "." for the project's own directory.</summary>
    internal string Folder(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetRelativePath(Directory, path))!;
        return folder.Length == 0 ? "." : folder;
    }

    // The project's own assembly would define every type twice.
    static IEnumerable<MetadataReference> References(string directory) =>
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(':')
            .Where(path => Path.GetFileNameWithoutExtension(path) is var name && name != Path.GetFileName(directory)
                && !(name == "cni-bridge" && Path.GetFileName(directory) == "CniBridge")
                && !(name == "cni-bridge-agent" && Path.GetFileName(directory) == "CniBridge.Agent"))
            .Select(path => MetadataReference.CreateFromFile(path));
}
