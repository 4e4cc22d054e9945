using System.Text.Json;
using System.Text.Json.Nodes;
using CniBridge.Linux;
using CniBridge.Node.Runtime;

namespace CniBridge.Node.Installation;

/// <summary>What must be known to undo an installation.</summary>
sealed record InstallationRecord
{
    const uint Mode = 0b110_100_100;

    /// <summary>That of the plugins, as the first installation saw it.</summary>
    public required string Directory { get; init; }

    /// <summary>What is in place; empty: programs that we know nothing of.</summary>
    public required string Version { get; init; }

    /// <summary>What was in place before, as <see cref="Version"/>.</summary>
    public string PreviousVersion { get; init; } = "";

    public required DateTimeOffset Time { get; init; }

    /// <summary>What is being done, or was when somebody was killed.</summary>
    public InstallationStep Unfinished { get; init; }

    /// <summary>The names that there were before the first installation.</summary>
    public required IReadOnlyList<string> Original { get; init; }

    /// <summary>The node before the first installation.</summary>
    public required NodeBefore Node { get; init; }

    /// <summary>Bridges to remove: noted before the configurations that name them go.</summary>
    public IReadOnlyList<string> Bridges { get; init; } = [];

    /// <summary>Directories of reservations to remove, noted likewise.</summary>
    public IReadOnlyList<string> Stores { get; init; } = [];

    /// <summary>Whole or as it was, also after a loss of power.</summary>
    internal void Save(string path)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = true }))
            Write(json);
        Directories.Ensure(Path.GetDirectoryName(path)!);
        SmallFile.Publish(path, bytes.ToArray(), Mode);
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

    /// <returns>Null where nothing was installed.</returns>
    /// <exception cref="RuntimeException">It is damaged.</exception>
    internal static InstallationRecord? TryLoad(string path)
    {
        if (SmallFile.TryRead(path) is not { } text)
            return null;
        if (!RuntimeJson.TryParseObject(text, out var root, out var why))
            throw new RuntimeException($"{path}, which says what to undo: {why}");
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
            Node = NodeBefore.Read(root),
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

/// <summary>While names are being changed, some lead to the new and some to the old.</summary>
enum InstallationStep
{
    None,
    Install,
    Rollback,
}
