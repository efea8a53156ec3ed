using Navarch.ApiServer.Authentication;
using Navarch.Cluster.Certificates;

namespace Navarch.Cluster.Tests.Certificates;

public sealed class AuthorityDependentsTests
{
    private static readonly DateTimeOffset Since = new(2026, 1, 1, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Users_of_the_authority_before_are_named_until_they_have_not_come_for_a_day()
    {
        AuthorityUse[] uses = [Use("old", "ann", 60), Use("old", "ann", 3600), Use("new", "bob", 3600), Use("old", "system:kube-scheduler", 5), Use("old", "carl", -60)];

        Assert.Equal(["user ann: asked with a certificate of it at 2026-01-01 11:00:00"], UsersAt(hours: 2));
        Assert.Empty(UsersAt(hours: 26));

        IReadOnlyList<string> UsersAt(int hours) => AuthorityRotation.UsersFromBefore(uses, "CN=new", Since, Since.AddHours(hours));
    }

    private static AuthorityUse Use(string authority, string user, int seconds) => new($"CN={authority}", user, Since.AddSeconds(seconds));
}
