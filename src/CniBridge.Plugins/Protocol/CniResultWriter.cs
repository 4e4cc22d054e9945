using System.Buffers;
using System.Text.Json;
using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>Writes results and errors in the format of the requested version (CNI specification, "Success" and "Error").</summary>
public static class CniResultWriter
{
    static readonly JsonWriterOptions s_options = new()
    {
        Indented = true,
        IndentSize = 4,
        Encoder = GoJsonEncoder.Compact.Encoder,
    };

    /// <summary>Refuses a result without an address for the older formats, which cannot express it. Call it before any change.</summary>
    /// <exception cref="CniException">Code 7.</exception>
    public static void CheckConvertible(bool hasAddresses, string version)
    {
        if (!hasAddresses && !CniVersion.HasInterfaces(version))
        {
            throw new CniException(CniErrorCode.InvalidConfig, "cannot convert: no valid IP addresses",
                $"a result of version {version} needs an address, and this network assigns none: use cniVersion 0.3.0 or newer");
        }
    }

    public static byte[] Write(CniResult result, string version) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("cniVersion", version);
        if (!CniVersion.HasInterfaces(version))
            OldResult.WriteByFamily(json, result);
        else if (CniVersion.IsAtLeast(version, "1.0.0"))
            NewResult.Write(json, result);
        else
            OldResult.Write(json, result);
        json.WriteEndObject();
    });

    /// <summary>Writes an error object without cniVersion, like the reference plugins; runtimes do not read it.</summary>
    public static byte[] WriteError(int code, string message, string details) => Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("code", code);
        json.WriteString("msg", message);
        json.WriteText("details", details);
        json.WriteEndObject();
    });

    /// <summary>Writes the answer to VERSION on one line.</summary>
    public static byte[] WriteVersion() => [.. Write(json =>
    {
        json.WriteStartObject();
        json.WriteString("cniVersion", CniVersion.Current);
        json.WriteTexts("supportedVersions", CniVersion.Supported);
        json.WriteEndObject();
    }, GoJsonEncoder.Compact), (byte)'\n'];

    static byte[] Write(Action<Utf8JsonWriter> write, JsonWriterOptions? options = null)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer, options ?? s_options))
            write(json);
        return buffer.WrittenSpan.ToArray();
    }
}
