using System.Text;

namespace CniBridge.Plugins.Protocol;

/// <summary>The rules for names from outside that become names of files and links (CNI specification, "Parameters").</summary>
public static class CniName
{
    /// <summary>NAME_MAX. Network names are names of directories, and container IDs are parts of file names.</summary>
    const int MaxLength = 255;

    /// <summary>IFNAMSIZ without the terminating zero.</summary>
    const int MaxInterfaceBytes = 15;

    /// <exception cref="CniException">Code 4.</exception>
    public static void CheckContainerId(string id)
    {
        if (!IsIdentifier(id))
            throw new CniException(CniErrorCode.InvalidEnvironment, "invalid characters in containerID", id);
        if (id.Length > MaxLength)
            throw new CniException(CniErrorCode.InvalidEnvironment, $"containerID is longer than {MaxLength} characters", id);
    }

    /// <exception cref="CniException">Code 7.</exception>
    public static void CheckNetworkName(string? name)
    {
        if (string.IsNullOrEmpty(name))
            throw new CniException(CniErrorCode.InvalidConfig, "missing network name");
        if (!IsIdentifier(name))
            throw new CniException(CniErrorCode.InvalidConfig, "invalid characters found in network name", name);
        if (name.Length > MaxLength)
            throw new CniException(CniErrorCode.InvalidConfig, $"network name is longer than {MaxLength} characters", name);
    }

    /// <exception cref="CniException">Code 4.</exception>
    public static void CheckInterfaceName(string name)
    {
        if (WhyNoInterfaceName(name) is { } why)
            throw new CniException(CniErrorCode.InvalidEnvironment, why.Message, why.Details);
    }

    /// <summary>
    /// Returns why the kernel would refuse the name of a link (dev_valid_name), or null. Refuses % too, which the kernel would replace
    /// by a number.
    /// </summary>
    public static (string Message, string Details)? WhyNoInterfaceName(string name)
    {
        if (name.Length == 0)
            return ("interface name is empty", "");
        if (Encoding.UTF8.GetByteCount(name) > MaxInterfaceBytes)
            return ("interface name is too long", $"interface name should be less than {MaxInterfaceBytes + 1} characters");
        if (name is "." or "..")
            return ("interface name is . or ..", "");
        if (Has(name, c => c is '/' or ':' || char.IsWhiteSpace(c)))
            return ("interface name contains / or : or whitespace characters", name);
        if (Has(name, c => c == '%' || char.IsControl(c)))
            return ("interface name contains % or control characters", name);
        return null;
    }

    /// <summary>
    /// Tells whether the text is a letter or digit followed by letters, digits and "_.-". Such a text is never ".", ".." or a path.
    /// </summary>
    public static bool IsIdentifier(string text) =>
        text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) &&
        !Has(text, c => !char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-'));

    /// <summary>
    /// Tells whether a character fulfils the condition. Uses no enumerator, because a process resolves each of its calls at first use.
    /// </summary>
    internal static bool Has(string text, Func<char, bool> condition)
    {
        foreach (var c in text)
        {
            if (condition(c))
                return true;
        }
        return false;
    }
}
