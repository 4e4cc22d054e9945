using System.Security.Cryptography;
using System.Text.Json;

namespace CniBridge.Conventions.Tests;

/// <summary>Tests of LICENSE, NOTICE and the licence lines of project files.</summary>
public sealed class LicenseTests
{
    /// <summary>SHA-256 of the licence text as the Apache Software Foundation and Debian distribute it.</summary>
    const string ApacheLicense = "cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30";

    public static TheoryData<string> Programs => ["CniBridge", "CniBridge.Agent"];

    [Fact]
    public void LICENSE_is_the_Apache_License()
    {
        var hash = SHA256.HashData(File.ReadAllBytes(Path.Combine(Repository.Root, "LICENSE")));

        Assert.Equal(ApacheLicense, Convert.ToHexStringLower(hash));
    }

    [Fact]
    public void Each_project_file_begins_with_its_license()
    {
        string[] patterns = ["*.csproj", "*.props", "*.targets"];
        var files = patterns.SelectMany(pattern => Repository.Files(Repository.Root, pattern)).ToList();

        Assert.NotEmpty(files);
        Violations.AssertNone(files.Where(path => File.ReadLines(path).First() != "<!-- SPDX-License-Identifier: Apache-2.0 -->"));
    }

    [Theory]
    [MemberData(nameof(Programs))]
    public void NOTICE_names_each_package_of_a_program(string program)
    {
        var notice = File.ReadAllText(Path.Combine(Repository.Root, "NOTICE"));
        var packages = PackagesOf(program).ToList();

        Assert.Contains("System.CommandLine", packages);
        Violations.AssertNone(packages.Where(package => !notice.Contains(package, StringComparison.Ordinal)));
    }

    /// <summary>Returns the packages whose code a program contains. Those of Microsoft are the compiler and .NET itself.</summary>
    static IEnumerable<string> PackagesOf(string program)
    {
        using var file = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Repository.Root, "src", program, "packages.lock.json")));
        return [.. file.RootElement.GetProperty("dependencies").EnumerateObject()
            .SelectMany(framework => framework.Value.EnumerateObject())
            .Where(package => package.Value.GetProperty("type").GetString() != "Project")
            .Select(package => package.Name)
            .Where(name => !name.Contains("Microsoft.", StringComparison.Ordinal))
            .Distinct()];
    }
}
