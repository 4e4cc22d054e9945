using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.Linux.Files;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>The data that undoing an installation needs.</summary>
sealed record InstallationRecord
{
    const uint Mode = 0b110_100_100;

    /// <summary>The plugin directory, as the path of the first installation.</summary>
    public required string Directory { get; init; }

    /// <summary>The installed version; empty for programs of unknown origin.</summary>
    public required string Version { get; init; }

    /// <summary>The version before the last change; empty if unknown.</summary>
    public string PreviousVersion { get; init; } = "";

    public required DateTimeOffset Time { get; init; }

    /// <summary>The step in progress, or the step during which the process was killed.</summary>
    public InstallationStep Unfinished { get; init; }

    /// <summary>The names that existed before the first installation.</summary>
    public required IReadOnlyList<string> Original { get; init; }

    /// <summary>The state of the node before the first installation.</summary>
    public required PreinstallState Node { get; init; }

    /// <summary>The bridges to remove, saved before the configurations that name them are deleted.</summary>
    public IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>The reservation directories to remove, saved for the same reason.</summary>
    public IReadOnlyList<string> Stores { get; init; } = [];

    /// <summary>Writes the record atomically and flushes it to disk.</summary>
    internal void Save(string path)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
            Write(json);
        Directories.Ensure(Path.GetDirectoryName(path)!);
        AtomicFile.Publish(path, bytes.ToArray(), Mode);
        Directories.Flush(Path.GetDirectoryName(path)!);
    }

    void Write(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteString("directory", Directory);
        json.WriteString("version", Version);
        json.WriteString("previousVersion", PreviousVersion);
        json.WriteString("time", Time.UtcDateTime);
        json.WriteString("unfinished", NameOf(Unfinished));
        WriteTexts(json, "original", Original);
        WriteTexts(json, "bridges", Bridges);
        WriteTexts(json, "stores", Stores);
        Node.Write(json);
        json.WriteEndObject();
    }

    internal static void WriteTexts(Utf8JsonWriter json, string key, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(key);
        foreach (var text in texts)
            json.WriteStringValue(text);
        json.WriteEndArray();
    }

    /// <summary>Reads the record.</summary>
    /// <returns>Null if nothing was installed.</returns>
    /// <exception cref="RuntimeException">The record is damaged.</exception>
    internal static InstallationRecord? TryLoad(string path)
    {
        if (SmallFile.TryRead(path) is not { } text)
            return null;
        if (!RuntimeJson.TryParseObject(text, out var root, out var why))
            throw new RuntimeException($"cannot read the installation record {path}: {why}");
        return new InstallationRecord
        {
            Directory = TextOf(root["directory"]),
            Version = TextOf(root["version"]),
            PreviousVersion = TextOf(root["previousVersion"]),
            Time = DateTimeOffset.TryParse(TextOf(root["time"]), null, out var time) ? time : DateTimeOffset.UnixEpoch,
            Unfinished = StepOf(TextOf(root["unfinished"])),
            Original = TextsOf(root["original"]),
            Bridges = TextsOf(root["bridges"]),
            Stores = TextsOf(root["stores"]),
            Node = PreinstallState.Read(root),
        };
    }

    internal static string TextOf(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    internal static List<string> TextsOf(JsonNode? node)
    {
        var texts = new List<string>();
        foreach (var item in node as JsonArray ?? [])
            texts.Add(TextOf(item));
        return texts;
    }

    static string NameOf(InstallationStep step) => step switch
    {
        InstallationStep.Install => "install",
        InstallationStep.Rollback => "rollback",
        _ => "",
    };

    static InstallationStep StepOf(string name) => name switch
    {
        "install" => InstallationStep.Install,
        "rollback" => InstallationStep.Rollback,
        _ => InstallationStep.None,
    };
}

/// <summary>A step that changes several names, so that a killed process leaves a mixture of new and old files.</summary>
enum InstallationStep
{
    None,
    Install,
    Rollback,
}
