using System.Text.Json;

namespace CniBridge.EndToEnd.Tests.Support;

/// <summary>One attachment as a runtime requests it.</summary>
sealed record PluginCall
{
    public required Node Node { get; init; }

    /// <summary>The directory of our plugins or Go's.</summary>
    public required string PluginDirectory { get; init; }

    /// <summary>The value of CNI_PATH if it differs from the directory of the plugins.</summary>
    public string? SearchPath { get; init; }

    /// <summary>The value of PATH if the plugin must find other programs than those of the machine.</summary>
    public string? ProgramPath { get; init; }

    /// <summary>The configuration of one plugin as libcni passes it on.</summary>
    public required string Configuration { get; init; }

    public required string ContainerId { get; init; }

    public required string NetworkNamespace { get; init; }

    public string InterfaceName { get; init; } = "eth0";

    public string Arguments { get; init; } = "";

    public CommandResult Add(JsonElement? previousResult = null) => Run("ADD", previousResult);

    public CommandResult Check(JsonElement? previousResult) => Run("CHECK", previousResult);

    public CommandResult Del(JsonElement? previousResult = null) => Run("DEL", previousResult);

    public CommandResult Version() => Run("VERSION", null);

    /// <summary>Runs any command with the result of the previous ADD in the configuration, as libcni does.</summary>
    public CommandResult Run(string command, JsonElement? previousResult)
    {
        using var document = JsonDocument.Parse(Configuration);
        var plugin = document.RootElement.GetProperty("type").GetString()!;
        // The configuration is changed as text, because a tree of nodes cannot hold a repeated key.
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
