using System.Net;
using System.Net.Sockets;
using CniBridge.Agent.Access;
using CniBridge.Agent.Kubernetes;
using CniBridge.Agent.Kubernetes.Wire;
using CniBridge.Agent.Tests.Support;

namespace CniBridge.Agent.Tests.Kubernetes;

public sealed class ApiConnectionTests
{
    [Fact]
    public async Task A_server_of_another_authority_is_refused()
    {
        await using var api = new FakeApi();
        using var other = new TestAuthority();

        Assert.Contains("is not from the given certificate authority", Fail(api.Access(other.Pem)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused()
    {
        await using var api = new FakeApi(serverName: "api.example");

        Assert.Contains("is for another host name", Fail(api.Access()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_name_of_tls_server_name_is_accepted()
    {
        await using var api = new FakeApi(serverName: "api.example");
        using var client = new ApiClient(api.Access() with { TlsServerName = "api.example" });

        Assert.Equal("100", client.ListNodes(TestContext.Current.CancellationToken).ResourceVersion);
    }

    [Fact]
    public void The_error_for_a_closed_port_is_one_sentence()
    {
        using var authority = new TestAuthority();
        var access = new ApiAccess
        {
            Server = new Uri("https://127.0.0.1:1"),
            Authorities = Certificates.ParseAuthorities(authority.Pem, "test")
        };

        Assert.Equal("cannot reach the API server 127.0.0.1:1: Connection refused", Fail(access));
    }

    [Fact]
    public async Task The_token_is_read_for_each_request()
    {
        await using var api = new FakeApi();
        var number = 0;
        using var client = new ApiClient(api.Access(readToken: () => $"token-{++number}"));

        client.ListNodes(TestContext.Current.CancellationToken);
        client.ListNodes(TestContext.Current.CancellationToken);

        Assert.Equal(["Bearer token-1", "Bearer token-2"], api.Tokens);
    }

    [Fact]
    public async Task The_client_sends_its_certificate()
    {
        await using var api = new FakeApi();
        var (certificate, key) = api.Authority.CreateClient("agent");
        using var client = new ApiClient(api.Access() with { ClientCertificate = Certificates.ParseClient(certificate, key, "test") });

        client.ListNodes(TestContext.Current.CancellationToken);

        Assert.Equal(["CN=agent"], api.ClientNames);
    }

    [Fact]
    public void A_server_that_says_nothing_in_the_handshake_does_not_delay_the_end()
    {
        using var authority = new TestAuthority();
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        using var client = new ApiClient(new ApiAccess
        {
            Server = new Uri($"https://{silent.LocalEndpoint}"),
            Authorities = Certificates.ParseAuthorities(authority.Pem, "test"),
        });
        using var stop = new CancellationTokenSource();
        var list = new Thread(() => Assert.Throws<OperationCanceledException>(() => client.ListNodes(stop.Token)));
        list.Start();
        using var connection = silent.AcceptSocket();
        // The first record of the handshake.
        Assert.NotEqual(0, connection.Receive(new byte[1]));

        stop.Cancel();

        // The handshake itself would end after ten seconds.
        Assert.True(list.Join(TimeSpan.FromSeconds(5)), "the request does not end");
    }

    static string Fail(ApiAccess access)
    {
        using var client = new ApiClient(access);
        return Assert.Throws<ApiException>(() => client.ListNodes(TestContext.Current.CancellationToken)).Message;
    }
}
