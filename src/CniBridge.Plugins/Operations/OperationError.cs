using System.Text.Json;
using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Operations;

/// <summary>The error that the runtime got.</summary>
public sealed record OperationError(int Code, string Message)
{
    internal void Write(Utf8JsonWriter json)
    {
        json.WriteNumber("code", Code);
        json.WriteString("error", Operation.Cut(Message));
    }

    internal static OperationError? Read(JsonKeys keys) =>
        keys.GetString("error") is { } message ? new OperationError(keys.GetInt32("code") ?? 0, message) : null;
}
