using Navarch.Cluster.Images;

namespace Navarch.Cluster.Tests.Images;

public sealed class MirrorRequestTests
{
    private static readonly string Digest = "sha256:" + new string('a', 64);

    [Fact]
    public void A_tag_is_asked_for_under_the_registrys_name() =>
        Assert.Equal("docker.io/library/nginx:latest", MirrorRequest.Parse("/v2/library/nginx/manifests/latest", "docker.io")!.Name);

    [Fact]
    public void A_digest_is_known_as_one() =>
        Assert.True(MirrorRequest.Parse($"/v2/library/nginx/blobs/{Digest}", "docker.io") is { IsByDigest: true, IsManifest: false });

    [Theory]
    [InlineData("/v2/", "docker.io")]
    [InlineData("/", "docker.io")]
    [InlineData("/v2/library/nginx/tags/list", "docker.io")]
    [InlineData("/v2/library/nginx/blobs/latest", "docker.io")]
    [InlineData("/v2/library/nginx/blobs/sha256:..", "docker.io")]
    [InlineData("/v2/a/../b/blobs/sha256:../../../../etc/passwd", "docker.io")]
    [InlineData("/v2//nginx/manifests/latest", "docker.io")]
    [InlineData("/v2/library/nginx/manifests/latest", "")]
    [InlineData("/v2/library/nginx/manifests/latest", "a/b")]
    public void Everything_else_is_not_answered(string path, string registry) => Assert.Null(MirrorRequest.Parse(path, registry));

    [Theory]
    [InlineData("sha256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("sha256:../aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("sha512:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa")]
    public void Nothing_but_a_digest_becomes_a_files_name(string text) => Assert.False(MirrorRequest.IsDigest(text));
}
