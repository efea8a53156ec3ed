using System.CommandLine;
using System.Net;
using Navarch.ApiServer;
using Navarch.Cluster;

namespace Navarch.Cli.Tests;

public sealed class AccessOptionsTests
{
    [Theory]
    [InlineData("--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined", "--authorization-config", "f", "--authorization-mode", "RBAC")]
    [InlineData("--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags are defined", "--authorization-config", "f", "--authorization-webhook-config-file", "g")]
    [InlineData("authentication-config file and oidc-* flags are mutually exclusive", "--authentication-config", "f", "--oidc-issuer-url", "https://a", "--oidc-client-id", "b")]
    [InlineData("authentication-config file and oidc-* flags are mutually exclusive", "--authentication-config", "f", "--oidc-required-claim", "a=b")]
    [InlineData("there is no authorization mode \"ABAC\"", "--authorization-mode", "Node,ABAC")]
    public void Options_that_contradict_each_other_are_refused(string problem, params string[] arguments) =>
        Assert.Equal(problem, Assert.Throws<ClusterException>(() => Apply(arguments)).Message);

    [Fact]
    public void Files_take_the_place_of_modes_and_issuers()
    {
        var config = Apply("--authorization-config", "a.yaml", "--authentication-config", "b.yaml", "--anonymous-auth", "false");

        Assert.Equal(("a.yaml", "b.yaml", true), (config.AuthorizationFile, config.Authentication.File, config.Authentication.AnonymousIsChosen));
    }

    private static ApiServerConfig Apply(params string[] arguments)
    {
        var (command, options) = (new Command("apiserver"), new AccessOptions());
        options.AddTo(command);
        return options.Apply(
            command.Parse(arguments), new ApiServerConfig { ServerCertificate = static () => throw new NotSupportedException(), ClientAuthorities = static () => [], AdvertiseAddress = IPAddress.Loopback });
    }
}
