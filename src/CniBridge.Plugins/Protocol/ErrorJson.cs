using CniBridge.Plugins.Json;

namespace CniBridge.Plugins.Protocol;

/// <summary>The error object of a plugin that was executed (CNI specification, "Error").</summary>
sealed record ErrorJson
{
    public int? Code { get; init; }
    public string? Message { get; init; }
    public string? Details { get; init; }

    internal static ErrorJson Read(JsonKeys keys) => new()
    {
        Code = keys.GetInt32("code"),
        Message = keys.GetString("msg"),
        Details = keys.GetString("details"),
    };
}
