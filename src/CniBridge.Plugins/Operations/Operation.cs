using System.Buffers;
using System.Text.Json;
using CniBridge.Linux;
using CniBridge.Plugins.Json;
using CniBridge.Plugins.Protocol;
using CniBridge.Plugins.Timing;

namespace CniBridge.Plugins.Operations;

/// <summary>One call of a plugin in the log.</summary>
/// <param name="Time">The end of the call.</param>
/// <param name="Verb">ADD, DEL, CHECK, GC, STATUS</param>
/// <param name="Plugin">bridge, host-local, …</param>
/// <param name="Attachment">The attachment; container and interface are empty for verbs that concern a network.</param>
public sealed record Operation(DateTimeOffset Time, string Verb, string Plugin, Attachment Attachment)
{
    public string Netns { get; init; } = "";

    /// <summary>NAMESPACE/NAME of the Kubernetes pod, or empty; see <see cref="PodName"/>.</summary>
    public string Pod { get; init; } = "";

    /// <summary>The addresses that ADD returned, with prefix lengths.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>The error; null: the call succeeded.</summary>
    public OperationError? Error { get; init; }

    /// <summary>The duration of our own code; the kernel also takes time to start and end the process.</summary>
    public long Microseconds { get; init; }

    /// <summary>The duration of each <see cref="Phase"/>.</summary>
    public IReadOnlyList<long> PhaseMicroseconds { get; init; } = [];

    /// <summary>TRACEPARENT of the caller (W3C Trace Context), or empty.</summary>
    public string Trace { get; init; } = "";

    /// <summary>The longest text in a line; longer ones come from outside and are cut.</summary>
    const int MaxText = 300;

    /// <summary>The maximum number of addresses in a line.</summary>
    const int MaxAddresses = 100;

    /// <summary>Returns the call as one line of JSON.</summary>
    internal ReadOnlySpan<byte> ToLine()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, GoJsonEncoder.Compact))
        {
            json.WriteStartObject();
            Write(json);
            json.WriteEndObject();
        }
        buffer.Write("\n"u8);
        return buffer.WrittenSpan;
    }

    /// <summary>Writes the members of a JSON object.</summary>
    public void Write(Utf8JsonWriter json)
    {
        json.WriteString("time", Time.UtcDateTime);
        json.WriteString("verb", Verb);
        json.WriteString("plugin", Cut(Plugin));
        WriteText(json, "network", Attachment.Network);
        WriteText(json, "containerId", Attachment.ContainerId);
        WriteText(json, "ifName", Attachment.InterfaceName);
        WriteText(json, "netns", Netns);
        WriteText(json, "pod", Pod);
        if (Addresses.Count > 0)
        {
            json.WriteStartArray("addresses");
            foreach (var address in Addresses.Take(MaxAddresses))
                json.WriteStringValue(address);
            json.WriteEndArray();
        }
        Error?.Write(json);
        json.WriteNumber("microseconds", Microseconds);
        WritePhases(json);
        WriteText(json, "trace", Trace);
    }

    static void WriteText(Utf8JsonWriter json, string key, string text)
    {
        if (text.Length > 0)
            json.WriteString(key, Cut(text));
    }

    internal static string Cut(string text) => PrintableText.Cut(text, MaxText);

    void WritePhases(Utf8JsonWriter json)
    {
        json.WriteStartObject("phases");
        for (var i = 0; i < PhaseMicroseconds.Count; i++)
        {
            if (PhaseMicroseconds[i] > 0)
                json.WriteNumber(NameOf((Phase)i), PhaseMicroseconds[i]);
        }
        json.WriteEndObject();
    }

    public static string NameOf(Phase phase) => phase switch
    {
        Phase.Configuration => "configuration",
        Phase.Addresses => "addresses",
        Phase.Link => "link",
        Phase.Pod => "pod",
        Phase.Gateway => "gateway",
        Phase.Firewall => "firewall",
        _ => "rest",
    };

    /// <summary>Parses a line of the log. Returns null for a line that has another format.</summary>
    internal static Operation? TryParse(byte[] line)
    {
        try
        {
            return CniJson.DecodeOrNull(new JsonText(line), Read, "operation");
        }
        catch (CniException)
        {
            return null;
        }
    }

    static Operation Read(JsonKeys keys) => new(
        DateTimeOffset.TryParse(keys.GetString("time"), null, System.Globalization.DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : default,
        keys.GetString("verb") ?? "", keys.GetString("plugin") ?? "",
        new Attachment(keys.GetString("network") ?? "", keys.GetString("containerId") ?? "", keys.GetString("ifName") ?? ""))
    {
        Netns = keys.GetString("netns") ?? "",
        Pod = keys.GetString("pod") ?? "",
        Addresses = [.. CniResultReader.Each(keys.GetStrings("addresses"), "addresses", (text, _) => text)],
        Error = OperationError.Read(keys),
        Microseconds = keys.GetInt64("microseconds") ?? 0,
        PhaseMicroseconds = keys.GetObject("phases", ReadPhases) ?? [],
        Trace = keys.GetString("trace") ?? "",
    };

    static long[] ReadPhases(JsonKeys keys)
    {
        var phases = new long[PhaseTimes.Count];
        for (var i = 0; i < phases.Length; i++)
            phases[i] = keys.GetInt64(NameOf((Phase)i)) ?? 0;
        return phases;
    }
}
