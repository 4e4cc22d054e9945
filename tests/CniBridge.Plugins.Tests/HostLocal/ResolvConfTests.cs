using CniBridge.Plugins.HostLocal;
using CniBridge.Plugins.Protocol;

namespace CniBridge.Plugins.Tests.HostLocal;

public sealed class ResolvConfTests
{
    static CniDns Read(string text)
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory["resolv.conf"], text);
        return ResolvConf.Read(directory["resolv.conf"]);
    }

    static string Describe(CniDns dns) =>
        $"[{string.Join(' ', dns.Nameservers)}] {dns.Domain} [{string.Join(' ', dns.Search)}] [{string.Join(' ', dns.Options)}]";

    [Theory]
    [InlineData("", "[]  [] []")]
    [InlineData("nameserver 192.0.2.0", "[192.0.2.0]  [] []")]
    [InlineData("nameserver 192.0.2.0\nnameserver 192.0.2.1\n", "[192.0.2.0 192.0.2.1]  [] []")]
    [InlineData("#nameserver a\n;nameserver b\n # nameserver c\n\t; d e\nnameserver f\n", "[f]  [] []")]
    [InlineData("nameserver a\ndomain b\nsearch c d\noptions e f:1\n", "[a] b [c d] [e f:1]")]
    // The last domain wins; name servers, search lists and options add up.
    [InlineData("domain a\ndomain b\nsearch a\nsearch b c\noptions x\noptions y\n", "[] b [a b c] [x y]")]
    [InlineData("nameserver a b c\ndomain a b\n", "[a] a [] []")]
    [InlineData("  nameserver \t a \r\n\r\nsearch\u00a0b\n", "[a]  [b] []")]
    [InlineData("nameserver\ndomain\nsearch\noptions\nnameserver \n", "[]  [] []")]
    [InlineData("sortlist a\nNameserver b\nnameservers c\nfamily inet4\n", "[]  [] []")]
    // Values are not validated, because the resolver interprets them.
    [InlineData("nameserver not-an-address\nsearch a # b\n", "[not-an-address]  [a # b] []")]
    public void Each_line_is_a_keyword_and_its_words(string text, string expected) => Assert.Equal(expected, Describe(Read(text)));

    [Theory]
    [InlineData("/no/such/file")]
    [InlineData("/etc/hostname/resolv.conf")]
    public void The_error_for_a_missing_file_has_the_wording_of_the_Go_plugin(string path) =>
        Requests.AssertRefused(CniErrorCode.IoFailure, () => ResolvConf.Read(path), $"open {path}: no such file or directory");

    [Theory]
    [InlineData("/tmp")]
    [InlineData("/no\0such")]
    public void A_path_that_is_not_a_file_is_an_IO_failure(string path) =>
        Requests.AssertRefused(CniErrorCode.IoFailure, () => ResolvConf.Read(path), "resolvConf");
}
