using System.Text;
using CniBridge.Agent.Access;
using CniBridge.Agent.Kubernetes;
using CniBridge.Agent.Tests.Support;
using CniBridge.Linux.Tests;

namespace CniBridge.Agent.Tests.Access;

/// <summary>Files of an access that are not what they should be: each is one error, without waiting and without much memory.</summary>
public sealed class HostileAccessTests : IDisposable
{
    const int FuzzRounds = 3_000;

    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(30);

    readonly string _directory = Directory.CreateTempSubdirectory("access").FullName;
    readonly TestAuthority _authority = new();

    public void Dispose()
    {
        Directory.Delete(_directory, recursive: true);
        _authority.Dispose();
    }

    [Theory]
    [InlineData("mkfifo \"$0\"", "a named pipe; a regular file is needed")]
    [InlineData("mkdir \"$0\"", "a directory; a regular file is needed")]
    [InlineData("ln -s /dev/zero \"$0\"", "a device; a regular file is needed")]
    [InlineData("truncate -s 1G \"$0\"", "is longer than 1048576 bytes")]
    [InlineData("ln -s nowhere \"$0\"", "no such file or directory")]
    [InlineData("ln -s \"$0\" \"$0\"", "too many levels of symbolic links")]
    public async Task A_file_that_cannot_be_read_is_one_error(string make, string expected)
    {
        var path = Path.Combine(_directory, "file");
        Assert.Equal(0, HelperProgram.Run("", "sh", "-c", make, path).ExitCode);
        Write("ca.crt", _authority.Pem);
        var tokenFile = Kubeconfig.Read(Write("token-file", Config("certificate-authority: ca.crt", "tokenFile: file"))).ReadToken;

        foreach (var read in (Action[])
        [
            () => Kubeconfig.Read(path),
            () => Kubeconfig.Read(Write("config", Config("certificate-authority: file", "token: x"))),
            () => Kubeconfig.Read(Write("config", Config("certificate-authority: ca.crt", "client-certificate: file"))),
            () => tokenFile(),
        ])
        {
            var error = await Task.Run(() => Assert.Throws<AccessException>(read), TestContext.Current.CancellationToken)
                .WaitAsync(s_limit, TestContext.Current.CancellationToken);
            Assert.Matches("^cannot read the (kubeconfig|certificate-authority|client-certificate|token file): ", error.Message);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("a\nb")]
    [InlineData("a b")]
    [InlineData("a\rb")]
    [InlineData("tök")]
    [InlineData("\0")]
    [InlineData(" \n")]
    public void A_token_that_is_no_token_is_refused(string token)
    {
        var access = Kubeconfig.Read(Write("config", Config(Authority(), "tokenFile: token")));
        Write("token", token);

        var error = Assert.Throws<AccessException>(() => access.ReadToken());

        Assert.StartsWith($"the token file {_directory}/token contains no token", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("token: \"a\\nb\"", "token contains no token: a token has only printable ASCII characters")]
    [InlineData("token: \"t\\u00f6k\"", "token contains no token: a token has only printable ASCII characters")]
    [InlineData("tokenFile: \"a\\0b\"", null)]
    [InlineData("{client-certificate: \"a\\0b\", client-key: x}", "contains a NUL character")]
    public void A_user_with_odd_text_is_refused(string user, string? expected)
    {
        var path = Write("config", Config(Authority(), user));
        var error = Assert.Throws<AccessException>(() => Kubeconfig.Read(path).ReadToken());

        Assert.Contains(expected ?? "contains a NUL character", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://10.0.0.1")]
    [InlineData("10.0.0.1:6443")]
    [InlineData("https://user:password@10.0.0.1")]
    [InlineData("https://10.0.0.1?x=y")]
    [InlineData("https://10.0.0.1#x")]
    [InlineData("https://10.0.0.1:0")]
    [InlineData("https://10.0.0.1:65536")]
    [InlineData("https://")]
    public void A_server_that_is_no_address_is_refused(string server)
    {
        var text = Config(Authority(), "token: x").Replace("https://[fd00::10]:6443", $"'{server}'", StringComparison.Ordinal);
        var error = Assert.Throws<AccessException>(() => Kubeconfig.Read(Write("config", text)));

        Assert.EndsWith(
            $"server \"{server}\" is no https address such as https://192.168.1.10:6443", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("\"a\\nb\"")]
    [InlineData("'[::1'")]
    public void A_server_name_that_is_no_host_name_is_refused(string name)
    {
        var path = Write("config", Config(Authority() + $"\n    tls-server-name: {name}", "token: x"));

        Assert.Contains("tls-server-name", Assert.Throws<AccessException>(() => Kubeconfig.Read(path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.1/x", "443")]
    [InlineData("10.0.0.1", "0")]
    [InlineData("10.0.0.1", "65536")]
    [InlineData("10.0.0.1", "tcp://10.0.0.1:443")]
    [InlineData("user@10.0.0.1", "443")]
    public void An_address_of_the_pod_that_is_none_is_refused(string host, string port)
    {
        var environment = new Dictionary<string, string> { ["KUBERNETES_SERVICE_HOST"] = host, ["KUBERNETES_SERVICE_PORT"] = port };
        var error = Assert.Throws<AccessException>(() => InClusterAccess.Read(environment, _directory));

        Assert.Equal($"KUBERNETES_SERVICE_HOST \"{host}\" and KUBERNETES_SERVICE_PORT \"{port}\" are no address", error.Message);
    }

    [Fact]
    public async Task Yaml_that_means_more_than_it_says_is_refused_at_once()
    {
        const int levels = 40;
        // The key of a mapping is hashed with all that its aliases mean.
        var bomb = new StringBuilder("a0: &a0 [x]\n");
        for (var level = 1; level <= levels; level++)
            bomb.Append(FormattableString.Invariant($"a{level}: &a{level} [*a{level - 1}, *a{level - 1}]\n"));
        bomb.Append(FormattableString.Invariant($"? *a{levels}\n: x\n"));

        Assert.Contains("aliases are not supported", await RefusalOfAsync(bomb.ToString()), StringComparison.Ordinal);
    }

    // The stack ended, and with it the process, which no test survives.
    [Theory]
    [InlineData("[")]
    [InlineData("{a: ")]
    [InlineData("- ")]
    [InlineData("? ")]
    public async Task Deep_nesting_is_refused(string level) => Assert.Contains(
        "there are more than 50 levels", await RefusalOfAsync(string.Concat(Enumerable.Repeat(level, 200_000))), StringComparison.Ordinal);

    [Theory]
    [InlineData("\"\\UFFFFFFFF\"")]
    [InlineData("\"\\uD800\"")]
    [InlineData("\"\\xZZ\"")]
    [InlineData("!<tag:a> x")]
    public async Task A_text_that_is_no_text_is_refused(string text) =>
        Assert.Contains("line 1", await RefusalOfAsync($"a: {text}\n\t- b: %"), StringComparison.Ordinal);

    [Fact]
    public void A_damaged_kubeconfig_is_an_error_and_nothing_else()
    {
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var (certificate, key) = _authority.CreateClient("agent");
        var bytes = Encoding.UTF8.GetBytes(Config(Authority(), "client-certificate-data: "
            + $"{Base64(certificate)}\n    client-key-data: {Base64(key)}\n    token: \"x\\u0041\\U00000041\""));
        var odd = "[]{}&*!|>'\"%@`#,?:-\\ \nU\t"u8.ToArray();
        var path = Path.Combine(_directory, "config");
        // CA5394: a test wants the same numbers again.
#pragma warning disable CA5394
        var random = new Random(seed);
        var read = 0;
        for (var round = 0; round < FuzzRounds; round++)
        {
            var damaged = (byte[])bytes.Clone();
            for (var count = random.Next(1, 4); count > 0; count--)
                damaged[random.Next(damaged.Length)] = random.Next(2) == 0 ? (byte)random.Next(256) : odd[random.Next(odd.Length)];
            File.WriteAllBytes(path, damaged[..(random.Next(4) == 0 ? random.Next(damaged.Length) : damaged.Length)]);
            try
            {
                var access = Kubeconfig.Read(path);
                access.ReadToken();
                using var client = new ApiClient(access);
                read++;
            }
            catch (AccessException e)
            {
                Assert.DoesNotContain("System.", e.Message, StringComparison.Ordinal);
            }
        }
#pragma warning restore CA5394
        Assert.InRange(read, 1, FuzzRounds - 1);
    }

    [Fact]
    public async Task Hundreds_of_authorities_are_trusted()
    {
        await using var api = new FakeApi();
        using var other = new TestAuthority();
        Write("ca.crt", string.Concat(Enumerable.Repeat(other.Pem + "\n", 1000)) + api.AuthorityPem);
        var access = Kubeconfig.Read(Write("config", Config("certificate-authority: ca.crt", "token: x")));
        using var client = new ApiClient(access with { Server = new Uri(api.Address) });

        Assert.Equal("100", client.ListNodes(TestContext.Current.CancellationToken).ResourceVersion);
    }

    async Task<string> RefusalOfAsync(string yaml)
    {
        var path = Write("config", yaml);
        var error = await Task.Run(() => Assert.Throws<AccessException>(() => Kubeconfig.Read(path)), TestContext.Current.CancellationToken)
            .WaitAsync(s_limit, TestContext.Current.CancellationToken);
        return error.Message;
    }

    string Authority() => $"certificate-authority-data: {Base64(_authority.Pem)}";

    static string Config(string cluster, string user) => KubeconfigTests.Config(cluster, user);

    static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    string Write(string name, string text)
    {
        var path = Path.Combine(_directory, name);
        File.WriteAllText(path, text);
        return path;
    }
}
