terraform {
  required_providers { aws = { source = "hashicorp/aws" } }
}
variable "endpoint" {}
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "dummy"
  secret_key                  = "dummy"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  endpoints {
    ssmcontacts  = var.endpoint
    ssmincidents = var.endpoint
    sts          = var.endpoint
  }
}
resource "aws_ssmincidents_replication_set" "set" {
  region { name = "us-east-1" }
}
resource "aws_ssmcontacts_contact" "aiko" {
  alias        = "aiko"
  display_name = "Aiko Sato"
  type         = "PERSONAL"
  tags         = { team = "web" }
  depends_on   = [aws_ssmincidents_replication_set.set]
}
resource "aws_ssmcontacts_contact_channel" "phone" {
  contact_id = aws_ssmcontacts_contact.aiko.arn
  name       = "Work phone"
  type       = "VOICE"
  delivery_address { simple_address = "+12025550101" }
}
resource "aws_ssmcontacts_plan" "aiko" {
  contact_id = aws_ssmcontacts_contact.aiko.arn
  stage {
    duration_in_minutes = 10
    target {
      channel_target_info {
        contact_channel_id        = aws_ssmcontacts_contact_channel.phone.arn
        retry_interval_in_minutes = 2
      }
    }
  }
}
resource "aws_ssmcontacts_rotation" "weekly" {
  contact_ids  = [aws_ssmcontacts_contact.aiko.arn]
  name         = "weekly_turns"
  time_zone_id = "Asia/Tokyo"
  start_time   = "2026-12-07T00:00:00Z"
  recurrence {
    number_of_on_calls    = 1
    recurrence_multiplier = 1
    weekly_settings {
      day_of_week = "MON"
      hand_off_time {
        hour_of_day    = 9
        minute_of_hour = 0
      }
    }
  }
  depends_on = [aws_ssmincidents_replication_set.set]
}
resource "aws_ssmcontacts_contact" "web" {
  alias      = "web"
  type       = "ESCALATION"
  depends_on = [aws_ssmincidents_replication_set.set]
}
resource "aws_ssmcontacts_plan" "web" {
  contact_id = aws_ssmcontacts_contact.web.arn
  stage {
    duration_in_minutes = 15
    target {
      contact_target_info {
        contact_id   = aws_ssmcontacts_contact.aiko.arn
        is_essential = true
      }
    }
  }
}
resource "aws_ssmincidents_response_plan" "down" {
  name = "down"
  incident_template {
    title  = "It is down"
    impact = 2
  }
  engagements = [aws_ssmcontacts_contact.web.arn]
  action {
    ssm_automation {
      document_name = "AWS-RestartEC2Instance"
      role_arn      = "arn:aws:iam::111122223333:role/runbook"
      parameter {
        name   = "AutomationAssumeRole"
        values = ["arn:aws:iam::111122223333:role/restart"]
      }
      dynamic_parameters = { InstanceId = "INVOLVED_RESOURCES" }
    }
  }
}
