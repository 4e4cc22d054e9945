using System.Text;
using System.Text.Json;

namespace CniBridge.CommandLine;

/// <summary>JSON for standard output: an indented document, or one object per line.</summary>
static class JsonOutput
{
    /// <param name="write">Writes the members of the object.</param>
    internal static ScreenText Object(Action<Utf8JsonWriter> write) => Write(write, isIndented: true);

    /// <param name="write">Writes the members of the object.</param>
    internal static ScreenText Line(Action<Utf8JsonWriter> write) => Write(write, isIndented: false);

    static ScreenText Write(Action<Utf8JsonWriter> write, bool isIndented)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new JsonWriterOptions { Indented = isIndented }))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return ScreenText.Document(Encoding.UTF8.GetString(bytes.ToArray()) + "\n");
    }

    /// <summary>Writes a member unless its value is null or empty.</summary>
    internal static void WriteOptional(this Utf8JsonWriter json, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            json.WriteString(name, value);
    }

    internal static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
