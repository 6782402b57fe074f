<?php
class ControllerExtensionPaymentBlockonomics extends Controller {
	// The next unused address of {wallet}
	public function send() {
		return $this->model->next_address($this->config->get('payment_blockonomics_api_key'));
	}
}
