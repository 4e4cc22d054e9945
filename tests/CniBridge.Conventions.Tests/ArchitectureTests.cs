using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;

namespace CniBridge.Conventions.Tests;

/// <summary>The rules for folders and types that docs/architecture.md states.</summary>
public sealed partial class ArchitectureTests
{
    const int MaxFilesInFolder = 25, MaxLinesInFile = 300;

    public static TheoryData<string> SourceProjects => [.. Repository.Projects("src").Select(Repository.Relative)];

    public static TheoryData<string> AllProjects =>
        [.. Repository.Projects("src").Concat(Repository.Projects("tests")).Select(Repository.Relative)];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Folders_of_a_project_use_each_other_in_one_direction(string project)
    {
        var graph = FolderGraph.From(Load(project));

        Assert.True(graph.Edges.Count > 0 || project is "src/CniBridge" or "src/CniBridge.CommandLine", "no use of a type was found");
        Violations.AssertNone(graph.FindCycles());
    }

    [Theory]
    [MemberData(nameof(AllProjects))]
    public void A_folder_has_at_most_25_files(string project)
    {
        var crowded = Repository.Sources(Path.Combine(Repository.Root, project))
            .GroupBy(path => Path.GetDirectoryName(path)!)
            .Where(folder => folder.Count() > MaxFilesInFolder)
            .Select(folder => $"{Repository.Relative(folder.Key)}: {folder.Count()} files");

        Violations.AssertNone(crowded);
    }

    [Theory]
    [MemberData(nameof(AllProjects))]
    public void A_file_has_at_most_300_lines(string project)
    {
        var large = Repository.Sources(Path.Combine(Repository.Root, project))
            .Select(path => (Path: path, Lines: File.ReadLines(path).Count()))
            .Where(file => file.Lines > MaxLinesInFile)
            .Select(file => $"{Repository.Relative(file.Path)}: {file.Lines} lines");

        Violations.AssertNone(large);
    }

    [Fact]
    public void Each_command_line_option_is_defined_once()
    {
        var definitions = Repository.Projects("src").SelectMany(Repository.Sources)
            .SelectMany(path => OptionPattern().Matches(File.ReadAllText(path))
                .Select(match => (Name: match.Groups[1].Value, Path: Repository.Relative(path))))
            .ToLookup(definition => definition.Name, definition => definition.Path);

        Assert.Contains("--conf-dir", definitions.Select(option => option.Key));
        Violations.AssertNone(definitions.Where(option => option.Count() > 1)
            .Select(option => $"{option.Key}: {string.Join(", ", option)}"));
    }

    [GeneratedRegex("(?:new|Option<[^(]*>)\\(\"(--[a-z-]+)\"")]
    private static partial Regex OptionPattern();

    [Fact]
    public void No_two_types_of_the_product_have_the_same_name()
    {
        var types = Repository.Projects("src")
            .SelectMany(project => TopLevelTypes(SourceProject.Load(project).Compilation.Assembly.GlobalNamespace))
            // The compiler's name for top-level statements.
            .Where(type => type.Name != "Program");
        var doubled = types.GroupBy(type => (type.Name, type.Arity))
            .Where(group => group.Count() > 1)
            .Select(group => string.Join(", ", group.Select(type => type.ToDisplayString())));

        Violations.AssertNone(doubled);
    }

    [Theory]
    [MemberData(nameof(AllProjects))]
    public void The_namespace_of_a_file_is_its_folder(string project)
    {
        var directory = Path.Combine(Repository.Root, project);
        var strays = Repository.Sources(directory)
            .Select(path => (Path: path, Namespace: DeclaredNamespace(path)))
            .Where(file => file.Namespace is not null && file.Namespace != ExpectedNamespace(directory, file.Path))
            .Select(file => $"{Repository.Relative(file.Path)}: namespace {file.Namespace}");

        Violations.AssertNone(strays);
    }

    static SourceProject Load(string project) => SourceProject.Load(Path.Combine(Repository.Root, project));

    static string? DeclaredNamespace(string path) => File.ReadLines(path)
        .FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))?["namespace ".Length..].TrimEnd(';');

    static string ExpectedNamespace(string project, string path) =>
        Path.GetRelativePath(Path.GetDirectoryName(project)!, Path.GetDirectoryName(path)!).Replace('/', '.');

    static IEnumerable<INamedTypeSymbol> TopLevelTypes(INamespaceSymbol space) =>
        space.GetTypeMembers().Concat(space.GetNamespaceMembers().SelectMany(TopLevelTypes));
}
