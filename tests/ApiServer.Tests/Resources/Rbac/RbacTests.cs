using Navarch.ApiServer.Resources.Rbac;

namespace Navarch.ApiServer.Tests.Resources.Rbac;

public sealed class RbacTests
{
    [Fact]
    public void A_binding_gets_the_group_of_what_it_names()
    {
        var binding = new RoleBindingResource().Created("""{"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"User","name":"u"},{"kind":"ServiceAccount","name":"s","namespace":"n"}]}""");

        Assert.Equal("rbac.authorization.k8s.io", binding.RoleRef.APIGroup);
        Assert.Equal(["rbac.authorization.k8s.io", ""], binding.Subjects.Select(subject => subject.APIGroup));
        Assert.Equal("n/s", new RoleBindingResource().Cells(binding)[5]);
    }

    [Theory]
    [InlineData("""{"rules":[{"apiGroups":[""],"resources":["pods"]}]}""", "rules[0].verbs: Required value: verbs must contain at least one value")]
    [InlineData("""{"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]}""", "rules[0].nonResourceURLs: Invalid value: [\"/x\"]: namespaced rules cannot apply to non-resource URLs")]
    public void A_role_says_what_may_be_done_to_what(string json, string error) => Assert.Equal([error], new RoleResource().CreateErrors(json));

    [Fact]
    public void The_role_of_a_binding_does_not_change() => Assert.Equal(
        ["roleRef: Invalid value: {\"apiGroup\":\"rbac.authorization.k8s.io\",\"kind\":\"ClusterRole\",\"name\":\"b\"}: cannot change roleRef"],
        new ClusterRoleBindingResource().UpdateErrors("""{"roleRef":{"kind":"ClusterRole","name":"a"}}""", """{"roleRef":{"kind":"ClusterRole","name":"b"}}"""));

    [Fact]
    public void Names_may_hold_colons_but_no_slashes()
    {
        Assert.Null(new ClusterRoleResource().NameProblem("system:node"));
        Assert.Equal("may not contain '/'", new ClusterRoleResource().NameProblem("a/b"));
    }
}
