using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace CniBridge.Linux.Tests.Headers;

/// <summary>The members of the package Tmds.LibC that CniBridge.Linux uses, with their values for one architecture.</summary>
static class LibCPackage
{
    const string Getter = "get_";

    static readonly Dictionary<Architecture, Assembly> Assemblies = SystemHeaders.Architectures.ToDictionary(
        architecture => architecture,
        architecture => new AssemblyLoadContext($"{architecture}").LoadFromAssemblyPath(Path.Combine(
            AppContext.BaseDirectory, $"runtimes/{RuntimeOf(architecture)}/lib/netstandard2.0/Tmds.LibC.dll")));

    static string RuntimeOf(Architecture architecture) => architecture == Architecture.X64 ? "linux-x64" : "linux-arm64";

    internal static IEnumerable<(string Name, long Value)> UsedConstants(Architecture architecture)
    {
        var type = Assemblies[architecture].GetType(typeof(LibC).FullName!, throwOnError: true)!;
        foreach (var name in UsedMembers().Where(name => name.StartsWith(Getter, StringComparison.Ordinal)))
        {
            var property = type.GetProperty(name[Getter.Length..])!;
            yield return (property.Name, ToInt64(property.GetValue(null)!));
        }
    }

    internal static IEnumerable<Type> UsedTypes(Architecture architecture) => Read(reader => reader.TypeReferences
        .Select(reader.GetTypeReference)
        .Where(type => reader.GetString(type.Namespace) == typeof(LibC).Namespace)
        .Select(type => Assemblies[architecture].GetType($"{typeof(LibC).Namespace}.{reader.GetString(type.Name)}", throwOnError: true)!)
        .Where(type => type.IsValueType)
        .ToList());

    /// <summary>Returns the name in C. Typedefs end in _t there, and the package adds two for built-in types.</summary>
    internal static string CNameOf(Type type) => type.Name switch
    {
        "long_t" => "long",
        "ulong_t" => "unsigned long",
        var name when name.EndsWith("_t", StringComparison.Ordinal) => name,
        var name => $"struct {name}",
    };

    /// <summary>Returns the name in C of a field or of the field of an automatic property. Null for reserved and opaque ones.</summary>
    internal static string? CNameOf(FieldInfo field)
    {
        var name = field.Name.StartsWith('<') ? field.Name[1..field.Name.IndexOf('>', StringComparison.Ordinal)] : field.Name;
        return name.StartsWith('_') ? null : name;
    }

    static List<string> UsedMembers() => Read(reader => reader.MemberReferences
        .Select(reader.GetMemberReference)
        .Where(member => member.Parent.Kind == HandleKind.TypeReference)
        .Where(member => reader.GetTypeReference((TypeReferenceHandle)member.Parent) is var type
            && reader.GetString(type.Namespace) == typeof(LibC).Namespace && reader.GetString(type.Name) == nameof(LibC))
        .Select(member => reader.GetString(member.Name))
        .ToList());

    static T Read<T>(Func<MetadataReader, T> read)
    {
        using var file = new PEReader(File.OpenRead(typeof(LibCExtensions).Assembly.Location));
        return read(file.GetMetadataReader());
    }

    /// <summary>Converts a value to a number. Some constants have a C type of the package, which prints as a number.</summary>
    static long ToInt64(object value) => long.Parse(
        Convert.ToString(value, CultureInfo.InvariantCulture)!, CultureInfo.InvariantCulture);
}
