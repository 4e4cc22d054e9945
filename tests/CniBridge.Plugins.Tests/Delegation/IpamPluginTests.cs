using System.Globalization;
using System.Text;
using CniBridge.Linux;
using CniBridge.Plugins.Ipam;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.Delegation;

/// <summary>Tests of the search, the start and the output of an external IPAM plugin.</summary>
[Collection(Scripts.Collection)]
public sealed class IpamPluginTests : IDisposable
{
    readonly Scripts _scripts = new();
    readonly StringWriter _log = new(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        _scripts.Dispose();
        _log.Dispose();
    }

    string Run(string path = "bin", string config = "{}", string verb = "ADD", string type = "static") =>
        Encoding.UTF8.GetString(new IpamPlugin(type, _scripts.Request(path, config, _log)).Run(verb));

    void AssertFails(int code, string message, string details, string path = "bin", string type = "static")
    {
        var failure = Assert.Throws<CniException>(() => Run(path, type: type));
        Assert.Equal((code, message, details), (failure.Code, failure.Message, failure.Details));
    }

    [Fact]
    public void The_output_of_the_plugin_is_returned()
    {
        _scripts.Add("bin/static", "printf '{\"a\": 1}\\n'");
        Assert.Equal("{\"a\": 1}\n", Run());
        Assert.Equal("", _log.ToString());
    }

    [Fact]
    public void Standard_input_is_passed_byte_for_byte()
    {
        _scripts.Add("bin/static", "cat");
        var config = "{ \"name\" : \"pods\",\r\n\t\"unknown\": \"Grüße 🎈 \\u0041\" } " + new string(' ', 300_000) + "\n";
        Assert.Equal(config, Run(config: config));
    }

    [Theory]
    [InlineData("ADD")]
    [InlineData("DEL")]
    [InlineData("CHECK")]
    [InlineData("GC")]
    [InlineData("STATUS")]
    public void The_plugin_gets_the_whole_environment_with_the_verb(string verb)
    {
        _scripts.Add("bin/static", "cat /proc/$$/environ\nexit 0");
        var expected = Scripts.Variables();
        expected["CNI_COMMAND"] = verb;
        Assert.Equal(
            expected.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal),
            Run(verb: verb).Split('\0', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_plugin_may_ignore_its_input_or_write_first()
    {
        var config = new string(' ', 300_000);
        _scripts.Add("deaf/static", "echo answer");
        Assert.Equal("answer\n", Run("deaf", config));
        _scripts.Add("eager/static", "head -c 300000 /dev/zero; cat > /dev/null");
        Assert.Equal(300_000, Run("eager", config).Length);
    }

    [Theory]
    [InlineData("one:two", "first")]
    [InlineData("two:one", "second")]
    [InlineData("none:two:one", "second")]
    [InlineData("/no/such:empty:one", "first")]
    // A directory is not a program.
    [InlineData("directory:two", "second")]
    // A device is not a program either. Here the plugin's name is that of /dev/null.
    [InlineData("/dev:one", "first")]
    public void The_first_file_with_the_name_is_run(string path, string answer)
    {
        foreach (var name in (string[])["static", "null"])
        {
            _scripts.Add($"one/{name}", "echo first");
            _scripts.Add($"two/{name}", "echo second");
            Directory.CreateDirectory(_scripts[$"directory/{name}"]);
        }
        Directory.CreateDirectory(_scripts["empty"]);
        Assert.Equal(answer + "\n", Run(path, type: path.StartsWith("/dev", StringComparison.Ordinal) ? "null" : "static"));
    }

    [Fact]
    public void The_first_file_counts_even_if_it_cannot_be_run()
    {
        _scripts.Add("one/static", "echo first");
        File.SetUnixFileMode(_scripts["one/static"], UnixFileMode.UserRead);
        _scripts.Add("two/static", "echo second");
        Assert.Equal(Errno.EACCES, Assert.Throws<KernelException>(() => Run("one:two")).Errno);
    }

    [Theory]
    [InlineData("static")]
    [InlineData("Static")]
    [InlineData("..")]
    public void The_error_for_a_missing_plugin_names_the_directories(string type)
    {
        Directory.CreateDirectory(_scripts["one"]);
        if (type != "static")
            _scripts.Add("one/static", "echo first");
        AssertFails(CniErrorCode.Internal, $"failed to find plugin \"{type}\" in path [{_scripts["one"]} /no/such]",
            "ipam.type, CNI_PATH", "one:/no/such", type);
    }

    [Theory]
    [InlineData("/bin/sh")]
    [InlineData("../static")]
    [InlineData("bin/static")]
    [InlineData("static/")]
    [InlineData("a\0b")]
    public void A_type_that_is_a_path_is_refused(string type)
    {
        _scripts.Add("bin/static", "echo first");
        AssertFails(CniErrorCode.Internal, $"invalid plugin name: {type}", "ipam.type", ".:bin", type);
    }

    // A binary with an unknown name would execute itself without end.
    [Fact]
    public void A_link_to_this_program_is_refused()
    {
        Directory.CreateDirectory(_scripts["bin"]);
        File.CreateSymbolicLink(_scripts["bin/static"], "/proc/self/exe");
        AssertFails(CniErrorCode.InvalidConfig, $"invalid network config: ipam.type = static: {_scripts["bin/static"]} " +
            "is this program itself, which is not an IPAM plugin under that name", "");
    }

    [Fact]
    public void A_program_that_cannot_start_is_a_kernel_error()
    {
        _scripts.AddFile("bin/static", "#!/no/such/interpreter\n");
        Assert.Equal(Errno.ENOENT, Assert.Throws<KernelException>(() => Run()).Errno);
        _scripts.AddFile("bin/static", "neither script nor program");
        var failure = Assert.Throws<KernelException>(() => Run());
        Assert.Contains("exec format error", failure.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(_scripts["bin/static"], failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plugin_file_that_is_being_written_gives_try_again_later()
    {
        _scripts.Add("bin/static", "echo first");
        using (new FileStream(_scripts["bin/static"], FileMode.Open, FileAccess.Write))
        {
            var failure = Assert.Throws<CniException>(() => Run());
            Assert.Equal((CniErrorCode.TryAgainLater, $"the plugin {_scripts["bin/static"]} is being written to"),
                (failure.Code, failure.Message));
        }
        Assert.Equal("first\n", Run());
    }

    [Theory]
    [InlineData("""{"code":100,"msg":"no lease","details":"ask the daemon"}""", 100, "no lease", "ask the daemon")]
    [InlineData("""{"code":11,"msg":"busy"}""", 11, "busy", "")]
    [InlineData("""{"cniVersion":"1.1.0","code":7,"msg":"bad","details":"","more":{"a":[1]}}""", 7, "bad", "")]
    [InlineData("""{"Code":50,"MSG":"<Grüße> & \"more\"","Details":null}""", 50, "<Grüße> & \"more\"", "")]
    public void The_error_object_of_the_plugin_is_passed_on_unchanged(string output, int code, string message, string details)
    {
        _scripts.AddFile("error", output);
        _scripts.Add("bin/static", "cat DIR/error; exit 1");
        AssertFails(code, message, details);
        Assert.Equal("", _log.ToString());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"code":100}""")]
    [InlineData("""{"msg":"no code"}""")]
    [InlineData("""{"code":"100","msg":"a text for a code"}""")]
    [InlineData("""{"ips":[{"address":"10.0.0.5/24"}]}""")]
    [InlineData("""{"code":100,"msg":"twice"}{"code":100,"msg":"twice"}""")]
    public void Output_that_is_not_an_error_object_is_part_of_the_error(string output)
    {
        _scripts.AddFile("error", output);
        _scripts.Add("bin/static", "cat DIR/error; echo; exit 1");
        AssertFails(CniErrorCode.Internal, $"netplugin failed but error parsing its diagnostic message \"{output}\"", "ipam.type = static");
    }

    [Theory]
    [InlineData("exit 3", "netplugin failed with no error message: exit status 3")]
    [InlineData("kill -9 $$", "netplugin failed with no error message: signal 9")]
    [InlineData("echo oops >&2; exit 1", "netplugin failed: \"oops\"")]
    [InlineData("printf 'two\\nlines\\n' >&2; exit 1", "netplugin failed: \"two\nlines\"")]
    public void Without_output_the_standard_error_or_the_exit_status_is_reported(string script, string message)
    {
        _scripts.Add("bin/static", script);
        AssertFails(CniErrorCode.Internal, message, "ipam.type = static");
    }

    [Fact]
    public void The_error_output_of_the_plugin_is_logged()
    {
        _scripts.Add("bin/static", "echo note one >&2; echo answer; printf 'note two' >&2");
        Assert.Equal("answer\n", Run());
        Assert.Equal("note one\nnote two", _log.ToString());
    }
}
