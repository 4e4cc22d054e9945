using CniBridge.Linux.Namespaces;

namespace CniBridge.Linux.Tests;

[Collection(NamespaceTests.Name)]
public sealed class NamespaceCookieTests(ScratchNamespace scratch) : IClassFixture<ScratchNamespace>
{
    // The kernel reports the cookie for a descriptor since 6.18, and for a socket since 5.14.
    [Fact]
    public void The_cookie_of_a_namespace_and_of_its_socket_are_equal()
    {
        using var pod = scratch.Open();
        using var own = NetworkNamespace.Open("/proc/thread-self/ns/net");
        Assert.NotEqual(NamespaceCookie.Unknown, NamespaceCookie.Of(pod));
        Assert.Equal(NamespaceCookie.Of(pod), NamespaceCookie.OfSocketIn(pod));
        Assert.Equal(NamespaceCookie.Of(own), NamespaceCookie.OfSocketIn(own));
        Assert.NotEqual(NamespaceCookie.Of(own), NamespaceCookie.Of(pod));
        Assert.Equal(NamespaceCookie.Of(pod), NamespaceCookie.Of(scratch.Path));
    }

    [Theory]
    [InlineData("/run/there is none")]
    [InlineData("/proc/self/ns/user")]
    [InlineData("/dev/null")]
    [InlineData("/")]
    [InlineData("")]
    [InlineData("a\0b")]
    public void A_path_that_is_not_a_namespace_has_no_cookie(string path) =>
        Assert.Equal(NamespaceCookie.Unknown, NamespaceCookie.Of(path));

    [Theory]
    [InlineData(5, 5, true)]
    [InlineData(5, 6, false)]
    [InlineData(0, 6, true)]
    [InlineData(5, 0, true)]
    public void Only_two_known_cookies_prove_a_difference(ulong one, ulong other, bool maybe) =>
        Assert.Equal(maybe, NamespaceCookie.MayBeSame(one, other));
}
