using System.CommandLine;
using Navarch.Api;
using Navarch.Controllers;

namespace Navarch.Cli;

/// <summary>What the controllers do about requests for certificates.</summary>
internal sealed class SigningOptions
{
    private readonly Option<string> duration = new("--cluster-signing-duration")
    {
        Description = "How long certificates that are asked for by a CertificateSigningRequest are good for, where it does not ask for less.",
        HelpName = "DURATION",
        DefaultValueFactory = _ => "8760h",
    };

    private readonly Option<bool> approves = new("--approve-kubelet-serving")
    {
        Description = "Approve the serving certificate that a node asks for, when it names nothing but the node's own name and addresses.",
        HelpName = "BOOL",
        DefaultValueFactory = _ => true,
    };

    public SigningOptions() => duration.Validators.Add(static result =>
    {
        if (result.Tokens.Count == 1 && Find(result.Tokens[0].Value) is null)
        {
            result.AddError("--cluster-signing-duration: a duration of at least 1s, such as 8760h or 30m.");
        }
    });

    public void AddTo(Command command)
    {
        command.Add(duration);
        command.Add(approves);
    }

    public ControllerConfig Apply(ParseResult arguments, ControllerConfig config) => config with
    {
        SigningDuration = Find(arguments.GetValue(duration)!) ?? config.SigningDuration,
        Disabled = arguments.GetValue(approves) ? config.Disabled : config.Disabled.Append(ControllerConfig.KubeletServingApprover).ToHashSet(),
    };

    private static TimeSpan? Find(string text)
    {
        try
        {
            return Duration.Parse(text).TimeSpan is var parsed && parsed >= TimeSpan.FromSeconds(1) ? parsed : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
