using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>One attachment, as a runtime asks for it.</summary>
sealed record PluginCall
{
    public required Node Node { get; init; }

    /// <summary>The directory of the plugins: ours or Go's.</summary>
    public required string PluginDirectory { get; init; }

    /// <summary>CNI_PATH, where it is not just the directory of the plugins.</summary>
    public string? SearchPath { get; init; }

    /// <summary>PATH, where the plugin is to find other programs by their names than the machine's.</summary>
    public string? ProgramPath { get; init; }

    /// <summary>The configuration of one plugin, as libcni would pass it on.</summary>
    public required string Configuration { get; init; }

    public required string ContainerId { get; init; }

    public required string NetworkNamespace { get; init; }

    public string InterfaceName { get; init; } = "eth0";

    public string Arguments { get; init; } = "";

    public CommandResult Add(JsonElement? previousResult = null) => Run("ADD", previousResult);

    public CommandResult Check(JsonElement? previousResult) => Run("CHECK", previousResult);

    public CommandResult Del(JsonElement? previousResult = null) => Run("DEL", previousResult);

    public CommandResult Version() => Run("VERSION", null);

    /// <summary>Runs any command, with the result of the ADD before it in the configuration, as libcni does.</summary>
    public CommandResult Run(string command, JsonElement? previousResult)
    {
        using var document = JsonDocument.Parse(Configuration);
        var plugin = document.RootElement.GetProperty("type").GetString()!;
        // As text: a configuration may have a key twice, which a tree of nodes does not hold.
        var configuration = previousResult is { } result
            ? $"{Configuration.TrimEnd()[..^1]}, \"prevResult\": {result.GetRawText()}}}"
            : Configuration;

        var environment = new Dictionary<string, string>
        {
            ["CNI_COMMAND"] = command,
            ["CNI_CONTAINERID"] = ContainerId,
            ["CNI_NETNS"] = NetworkNamespace,
            ["CNI_IFNAME"] = InterfaceName,
            ["CNI_ARGS"] = Arguments,
            ["CNI_PATH"] = SearchPath ?? PluginDirectory,
        };
        if (ProgramPath is not null)
        {
            environment["PATH"] = ProgramPath;
        }

        return Node.Run(Path.Combine(PluginDirectory, plugin), [], configuration, environment);
    }
}
