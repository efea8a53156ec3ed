using Navarch.Api;
using Navarch.Api.Meta.V1;
using Navarch.Api.Rbac.V1;
using Navarch.ApiServer.Authorization.Rbac;

namespace Navarch.ApiServer.Tests.Authorization;

public sealed class RbacIndexTests
{
    [Theory]
    [InlineData("")]
    [InlineData("team")]
    public async Task What_a_binding_gives_before_and_after_a_change_is_given_all_the_time(string space)
    {
        var index = new RbacIndex();
        var (before, after) = (Bind(space, 500), Bind(space, 501));
        index.Learn(null, before);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        var reading = Task.Run(() =>
        {
            var asked = 0;
            for (; !stop.IsCancellationRequested; asked++)
            {
                Assert.True(IsGiven(index.OfUser("user-0"), space), $"not given when asked for the {asked}th time");
            }
        });

        for (var i = 0; i < 100 && !reading.IsCompleted; i++)
        {
            index.Learn(before, after);
            index.Learn(after, before);
        }

        await stop.CancelAsync();
        await reading;
        index.Learn(before, null);
        Assert.Null(index.OfUser("user-0"));
    }

    private static bool IsGiven(SubjectGrants? grants, string space) =>
        grants is not null && (space.Length == 0 ? grants.Everywhere.Length > 0 : grants.ByNamespace?.ContainsKey(space) == true);

    private static IResource Bind(string space, int count)
    {
        var subjects = Enumerable.Range(0, count).Select(static i => new Subject { Kind = "User", APIGroup = "rbac.authorization.k8s.io", Name = $"user-{i}" });
        var role = new RoleRef { APIGroup = "rbac.authorization.k8s.io", Kind = "ClusterRole", Name = "view" };
        return space.Length == 0
            ? new ClusterRoleBinding { Metadata = new ObjectMeta { Name = "all" }, RoleRef = role, Subjects = [.. subjects] }
            : new RoleBinding { Metadata = new ObjectMeta { Name = "all", Namespace = space }, RoleRef = role, Subjects = [.. subjects] };
    }
}
