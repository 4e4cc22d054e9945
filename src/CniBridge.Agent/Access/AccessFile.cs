using System.Text;
using CniBridge.Linux;
using CniBridge.Linux.Files;

namespace CniBridge.Agent.Access;

/// <summary>Reads the files of an access: kubeconfig, certificates, keys and tokens.</summary>
static class AccessFile
{
    /// <summary>The limit in bytes. 700 certificates have 1 MiB.</summary>
    const int MaxLength = 1024 * 1024;

    /// <summary>Returns the text of a file.</summary>
    /// <param name="what">The purpose of the file, for messages.</param>
    /// <exception cref="AccessException">The file cannot be read, is not a regular file, or has 1 MiB or more.</exception>
    internal static string Read(string path, string what)
    {
        try
        {
            return Encoding.UTF8.GetString(RegularFile.ReadAll(path, MaxLength)).TrimStart('\ufeff');
        }
        catch (Exception e) when (e.IsIoFailure())
        {
            throw new AccessException($"cannot read the {what}: {e.Message}");
        }
    }
}
