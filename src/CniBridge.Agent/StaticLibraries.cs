using System.Runtime.InteropServices;

namespace CniBridge.Agent;

/// <summary>The settings of libraries in the executable. Their defaults load files of the node, which may not fit to them.</summary>
static unsafe class StaticLibraries
{
    const string Library = "libc";

    /// <summary>Makes OpenSSL and glibc ignore the node's configuration. Call it before the first use of TLS and of host names.</summary>
    internal static void Configure()
    {
        fixed (byte* variable = "OPENSSL_CONF\0"u8, noFile = "/dev/null\0"u8, hosts = "hosts\0"u8, services = "files dns\0"u8)
        {
            // OpenSSL ends the process if the node's openssl.cnf names a module that does not exist in its form of OpenSSL.
            _ = setenv(variable, noFile, 1);
            // The node's nsswitch.conf may name libraries, which glibc would load into a static program.
            _ = __nss_configure_lookup(hosts, services);
        }
    }

    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int setenv(byte* name, byte* value, int overwrite);

    // nss.h: int __nss_configure_lookup (const char *dbname, const char *string)
    [DllImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    static extern int __nss_configure_lookup(byte* database, byte* services);
}
