using Navarch.ApiServer.Tests.Server;

namespace Navarch.ApiServer.Tests.Attacks;

/// <summary>Patches that are small and would make something that no server can hold.</summary>
public sealed class PatchTests(SharedServer shared) : IClassFixture<SharedServer>
{
    [Fact]
    public async Task No_patch_builds_a_tower_that_the_server_falls_from()
    {
        var map = await shared.MapsAsync() + "/a";
        Assert.Equal(201, (await shared.Admin.PostAsync(map[..^2], """{"metadata":{"name":"a"}}""")).Code);
        var doublings = Enumerable.Range(0, 18).Select(static i => string.Concat(Enumerable.Repeat("/a", 1 << i))).Select(static tip => $$"""{"op":"copy","from":"/x","path":"/x{{tip}}"}""");

        var answer = await shared.Admin.PatchAsync(map, "json-patch+json", $$"""[{"op":"add","path":"/x","value":{} },{{string.Join(',', doublings)}}]""");

        Assert.Equal(422, answer.Code);
        Assert.Equal(200, (await shared.Admin.AskAsync(map)).Code);
    }
}
