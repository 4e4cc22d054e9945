using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace CniBridge.Conventions.Tests;

/// <summary>The folders of one project and, for each pair of folders, the types by which one uses the other.</summary>
sealed class FolderGraph
{
    readonly SortedDictionary<(string From, string To), SortedSet<string>> _uses = [];

    FolderGraph()
    {
    }

    /// <summary>Reads which types each file of a project uses.</summary>
    internal static FolderGraph From(SourceProject project)
    {
        var graph = new FolderGraph();
        foreach (var tree in project.Compilation.SyntaxTrees.Where(tree => tree.FilePath.Length > 0))
        {
            var model = project.Compilation.GetSemanticModel(tree);
            foreach (var name in tree.GetRoot().DescendantNodes().OfType<SimpleNameSyntax>())
                graph.Add(project, tree.FilePath, model.GetSymbolInfo(name).Symbol);
        }
        return graph;
    }

    /// <summary>
    /// Returns one line for each use that closes a cycle: the two folders, the types, and the files that use them. Empty when the
    /// folders can be put into an order in which each uses only earlier ones.
    /// </summary>
    internal IReadOnlyList<string> FindCycles() =>
        [.. _uses.Where(use => CanReach(use.Key.To, use.Key.From))
            .Select(use => $"{use.Key.From} -> {use.Key.To}: {string.Join(", ", use.Value)}")];

    /// <summary>Returns one line for each pair of folders of which the first uses the second.</summary>
    internal IReadOnlyList<string> Edges => [.. _uses.Keys.Select(use => $"{use.From} -> {use.To}")];

    void Add(SourceProject project, string file, ISymbol? symbol)
    {
        if (symbol is null or INamespaceSymbol)
            return;
        var type = symbol as INamedTypeSymbol ?? symbol.ContainingType;
        while (type?.ContainingType is not null)
            type = type.ContainingType;
        foreach (var place in type?.OriginalDefinition.DeclaringSyntaxReferences ?? [])
        {
            var (from, to) = (project.Folder(file), project.Folder(place.SyntaxTree.FilePath));
            if (from == to)
                continue;
            if (!_uses.TryGetValue((from, to), out var types))
                _uses.Add((from, to), types = []);
            types.Add($"{type!.Name} (in {Path.GetFileName(file)})");
        }
    }

    bool CanReach(string start, string goal)
    {
        var seen = new HashSet<string>();
        var open = new Stack<string>([start]);
        while (open.TryPop(out var folder))
        {
            if (folder == goal)
                return true;
            if (!seen.Add(folder))
                continue;
            foreach (var (from, to) in _uses.Keys)
            {
                if (from == folder)
                    open.Push(to);
            }
        }
        return false;
    }
}
