using Navarch.Api.Core.V1;
using Navarch.Kubelet.Pods;
using Navarch.Kubelet.Tests.Pods;

namespace Navarch.Kubelet.Tests.Attacks;

/// <summary>Variables that are made of variables.</summary>
public sealed class ProgramTextTests
{
    [Fact]
    public void Variables_that_double_with_each_line_are_refused_before_they_are_written_down()
    {
        var doubling = Enumerable.Range(1, 60).Select(i => new EnvVar { Name = $"V{i}", Value = string.Concat(Enumerable.Repeat($"$(V{i - 1})", 10)) });

        Assert.Throws<ConfigurationException>(() => EnvironmentOf([new EnvVar { Name = "V0", Value = "lol" }, .. doubling]));
    }

    [Fact]
    public void No_more_variables_are_made_than_a_program_can_be_given()
    {
        var full = new EnvVar { Name = "FULL", Value = new string('x', 120_000) };
        var copies = Enumerable.Range(0, 10_000).Select(i => new EnvVar { Name = $"V{i}", Value = "$(FULL)" });

        Assert.Throws<ConfigurationException>(() => EnvironmentOf([full, .. copies]));
    }

    [Fact]
    public void No_more_arguments_are_made_than_a_program_can_be_given()
    {
        var environment = new Dictionary<string, string> { ["FULL"] = new('x', 120_000) };
        var container = A.Container("main") with { Args = [.. Enumerable.Repeat("$(FULL)", 10_000)] };

        Assert.Throws<ConfigurationException>(() => new ContainerConfigs("/", 1 << 30, false).Of(A.Pod(container), container, 0, "image", environment, []));
    }

    [Fact]
    public void Brackets_without_an_end_cost_no_more_than_their_length()
    {
        // A square of this would take minutes; twice as many are no more than twice the work.
        var text = string.Concat(Enumerable.Repeat("$(", 4_000_000));

        Assert.Equal(text, VariableExpansion.Expand(text, _ => null));
    }

    private static Dictionary<string, string> EnvironmentOf(IReadOnlyList<EnvVar> variables)
    {
        var container = A.Container("main") with { Env = variables };
        var pod = A.Pod(container);
        return new ContainerEnvironment(
            pod, new PodFields(pod, [], [], []), new Dictionary<string, string>(), new Dictionary<string, ConfigMap?>(), new Dictionary<string, Secret?>()).Of(container);
    }
}
