using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CniBridge.Plugins.Tests.Fuzzing;

/// <summary>A JSON value that may be invalid: with a repeated key, or with any text in place of a value.</summary>
sealed class FuzzNode
{
    FuzzNode(string raw) => Raw = raw;

    /// <summary>The written form of a value without parts.</summary>
    internal string Raw { get; set; }

    /// <summary>The members of an object or the items of a list; null for any other value.</summary>
    internal List<FuzzMember>? Members { get; set; }

    internal bool IsObject { get; init; }

    internal static FuzzNode Text(string raw) => new(raw);

    internal static FuzzNode Parse(string text)
    {
        using var document = JsonDocument.Parse(text);
        return From(document.RootElement);
    }

    static FuzzNode From(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => new FuzzNode("")
        {
            IsObject = true,
            Members = [.. element.EnumerateObject().Select(member => new FuzzMember(member.Name, From(member.Value)))],
        },
        JsonValueKind.Array => new FuzzNode("") { Members = [.. element.EnumerateArray().Select(item => new FuzzMember("", From(item)))] },
        _ => new FuzzNode(element.GetRawText()),
    };

    internal FuzzNode Clone() => new(Raw)
    {
        IsObject = IsObject,
        Members = Members?.ConvertAll(member => new FuzzMember(member.Key, member.Value.Clone())),
    };

    /// <summary>Returns every list of members in this node and below it.</summary>
    internal IEnumerable<FuzzNode> Containers() => Members is null
        ? []
        : Members.SelectMany(member => member.Value.Containers()).Prepend(this);

    internal void Write(StringBuilder text)
    {
        if (Members is null)
        {
            text.Append(Raw);
            return;
        }
        text.Append(IsObject ? '{' : '[');
        for (var i = 0; i < Members.Count; i++)
        {
            text.Append(i == 0 ? "" : ",");
            if (IsObject)
                text.Append(CultureInfo.InvariantCulture, $"\"{JavaScriptEncoder.Default.Encode(Members[i].Key)}\":");
            Members[i].Value.Write(text);
        }
        text.Append(IsObject ? '}' : ']');
    }
}

/// <param name="Key">The key; empty for an item of a list.</param>
sealed record FuzzMember(string Key, FuzzNode Value);
